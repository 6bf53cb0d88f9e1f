{{- define "loadtest.sweepArguments" -}}
{{- $workers := .Values.workers -}}
- sweep
- /plan/plan.toml
- --target=kubernetes
- --deployment={{ include "loadtest.workersNamespace" . }}/{{ if eq "WorkerDeployment" $workers.kind }}workerdeployment/{{ end }}{{ $workers.deployment }}
- --worker-metrics-port={{ $workers.metricsPort }}
- --injector-job={{ include "loadtest.namespace" . }}/{{ include "loadtest.fullname" . }}-injector-job
- --output=/results
- --progress=json
# Says which step runs, so that dashboards can mark it.
- --metrics-port={{ .Values.metrics.port }}
{{- with .Values.server.namespace }}
- --server-namespace={{ . }}
{{- end }}
{{- with .Values.server.metrics }}
- {{ printf "--server-metrics=%s" (join "," .) | quote }}
{{- end }}
{{- range $name, $seconds := .Values.sweep.waits }}
- --set=waits.{{ $name }}={{ $seconds }}
{{- end }}
{{- with .Values.sweep.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end -}}
