{{- /* Of each object that lacks pods, Deployments only where they are refused: kind, name, UID and generation. */ -}}
{{- range .items -}}
{{- $one := . -}}
{{- $lacks := false -}}
{{- if eq .kind "Deployment" -}}
{{- range .status.conditions -}}
{{- if and (eq .type "ReplicaFailure") (eq .status "True") }}{{ $lacks = true }}{{ end -}}
{{- end -}}
{{- else if eq .kind "StatefulSet" -}}
{{- $lacks = ne (print .status.replicas) (print .spec.replicas) -}}
{{- else if eq .kind "Job" -}}
{{- $lacks = not (or .spec.suspend .status.active .status.succeeded .status.failed) -}}
{{- end -}}
{{- if $lacks }}{{ .kind }} {{ .metadata.name }} {{ .metadata.uid }} {{ .metadata.generation }}{{ "\n" }}{{ end -}}
{{- end -}}
