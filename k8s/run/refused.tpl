{{- /* Of each Deployment that makes no pods, and of each event of something else that makes none: which and why. */ -}}
{{- range .items -}}
{{- if eq .kind "Event" -}}
{{- if and (eq .reason "FailedCreate") (ne .involvedObject.kind "ReplicaSet") }}{{ .involvedObject.kind }} {{ .involvedObject.name }} makes no more pods: {{ .message }}{{ "\n" }}{{ end -}}
{{- else -}}
{{- $name := .metadata.name -}}
{{- range .status.conditions -}}
{{- if and (eq .type "ReplicaFailure") (eq .status "True") }}Deployment {{ $name }} makes no more pods: {{ .message }}{{ "\n" }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}
