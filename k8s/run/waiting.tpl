{{- /* Of each pod that is not ready: name, container, reason and words, separated by bars. */ -}}
{{- range .items -}}
{{- $pod := .metadata.name -}}
{{- range .status.conditions -}}
{{- if and (eq .type "PodScheduled") (eq .status "False") }}{{ $pod }}||{{ .reason }}|{{ .message }}{{ "\n" }}{{ end -}}
{{- end -}}
{{- range .status.initContainerStatuses -}}
{{- $container := .name -}}
{{- with .state.waiting -}}
{{- if ne .reason "PodInitializing" }}{{ $pod }}|{{ $container }}|{{ .reason }}|{{ .message }}{{ "\n" }}{{ end -}}
{{- end -}}
{{- with .state.terminated -}}
{{- if ne .reason "Completed" }}{{ $pod }}|{{ $container }}|{{ .reason }}|exit code {{ .exitCode }}{{ "\n" }}{{ end -}}
{{- end -}}
{{- end -}}
{{- range .status.containerStatuses -}}
{{- $container := .name -}}
{{- with .state.waiting -}}
{{- if and (ne .reason "PodInitializing") (ne .reason "ContainerCreating") }}{{ $pod }}|{{ $container }}|{{ .reason }}|{{ .message }}{{ "\n" }}{{ end -}}
{{- end -}}
{{- with .state.terminated -}}
{{- if ne .reason "Completed" }}{{ $pod }}|{{ $container }}|{{ .reason }}|exit code {{ .exitCode }}{{ "\n" }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}
