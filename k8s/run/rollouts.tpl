{{- /* Of each WorkerDeployment that is not ready: name, why, and which workflow at its gate did not pass. */ -}}
{{- range .items -}}
{{- $name := .metadata.name -}}
{{- range .status.conditions -}}
{{- if and (eq .type "Ready") (eq .status "False") }}{{ $name }}: {{ .message }}{{ end -}}
{{- end -}}
{{- range .status.targetVersion.testWorkflows -}}
{{- if ne .status "Completed" }}; workflow {{ .workflowID }} at its gate: {{ .status }}{{ end -}}
{{- end -}}
{{- end -}}
