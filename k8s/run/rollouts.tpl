{{- /* Of each WorkerDeployment that is not ready: name and why, and which workflow at its gate did not pass. */ -}}
{{- range .items -}}
{{- $name := .metadata.name -}}
{{- range .status.conditions -}}
{{- if and (eq .type "Ready") (eq .status "False") }}{{ $name }}: {{ .message }}{{ "\n" }}{{ end -}}
{{- end -}}
{{- range .status.targetVersion.testWorkflows -}}
{{- if ne .status "Completed" }}workflow {{ .workflowID }} at the gate of {{ $name }}: {{ .status }}{{ "\n" }}{{ end -}}
{{- end -}}
{{- end -}}
