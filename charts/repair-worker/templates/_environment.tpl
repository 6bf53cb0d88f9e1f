{{- /* What is no secret: the ConfigMap's data. */ -}}
{{- define "repair-worker.plainEnvironment" -}}
TEMPORAL_ADDRESS: {{ .Values.temporal.address | quote }}
TEMPORAL_NAMESPACE: {{ .Values.temporal.namespace | quote }}
{{- if or .Values.temporal.tls.enabled .Values.temporal.tls.existingSecret }}
TEMPORAL_TLS: "true"
{{- end }}
{{- with .Values.temporal.tls.serverName }}
TEMPORAL_TLS_SERVER_NAME: {{ . | quote }}
{{- end }}
{{- if .Values.temporal.tls.existingSecret }}
TEMPORAL_TLS_SERVER_CA_CERT_PATH: /etc/temporal-tls/ca.crt
{{- if .Values.temporal.tls.clientCertificate }}
TEMPORAL_TLS_CLIENT_CERT_PATH: /etc/temporal-tls/tls.crt
TEMPORAL_TLS_CLIENT_KEY_PATH: /etc/temporal-tls/tls.key
{{- end }}
{{- end }}
{{- if .Values.temporal.versioning.buildId }}
TEMPORAL_DEPLOYMENT_NAME: {{ .Values.temporal.versioning.deploymentName | quote }}
TEMPORAL_WORKER_BUILD_ID: {{ .Values.temporal.versioning.buildId | quote }}
{{- end }}
REPAIRSHOP_TASK_QUEUE: {{ .Values.temporal.taskQueue | quote }}
REPAIRSHOP_HEALTH_HOST: "0.0.0.0"
REPAIRSHOP_HEALTH_PORT: {{ .Values.health.port | quote }}
{{- range $name, $value := .Values.settings }}
{{- /* toJson, since toString would write 1000000 as 1e+06. */}}
REPAIRSHOP_{{ $name | snakecase | upper }}: {{ (kindIs "string" $value | ternary $value (toJson $value)) | quote }}
{{- end }}
{{- if .Values.codec.existingSecret }}
REPAIRSHOP_CODEC_KEYS_FILE: /etc/codec/{{ .Values.codec.key }}
REPAIRSHOP_CODEC_KEY_ID: {{ .Values.codec.keyId | quote }}
REPAIRSHOP_CODEC_REQUIRED: {{ .Values.codec.required | quote }}
{{- end }}
{{- end -}}

{{- /* What is a secret, or known only to the pod. */ -}}
{{- define "repair-worker.podEnvironment" -}}
- name: REPAIRSHOP_IDENTITY
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
{{- with .Values.temporal.apiKey }}
{{- if .existingSecret }}
- name: TEMPORAL_API_KEY
  valueFrom: {secretKeyRef: {name: {{ .existingSecret | quote }}, key: {{ .key | quote }}}}
{{- end }}
{{- end }}
{{- with .Values.ledger }}
{{- if .existingSecret }}
- name: REPAIRSHOP_LEDGER
  valueFrom: {secretKeyRef: {name: {{ .existingSecret | quote }}, key: {{ .key | quote }}}}
{{- end }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}
