{{- /* What is no secret: the ConfigMap's data. */ -}}
{{- define "repair-worker.plainEnvironment" -}}
{{- $tls := .Values.temporal.tls -}}
TEMPORAL_ADDRESS: {{ .Values.temporal.address | quote }}
TEMPORAL_NAMESPACE: {{ .Values.temporal.namespace | quote }}
TEMPORAL_TASK_QUEUE: {{ .Values.temporal.taskQueue | quote }}
{{- if include "repair-worker.usesTls" . }}
TEMPORAL_TLS: "true"
{{- end }}
{{- with $tls.serverName }}
TEMPORAL_TLS_SERVER_NAME: {{ . | quote }}
{{- end }}
{{- if or $tls.ca.existingSecret $tls.ca.existingConfigMap }}
TEMPORAL_TLS_SERVER_CA_CERT_PATH: {{ printf "/etc/temporal-ca/%s" $tls.ca.key | quote }}
{{- end }}
{{- if $tls.clientCertificate.existingSecret }}
TEMPORAL_TLS_CLIENT_CERT_PATH: {{ printf "/etc/temporal-client/%s" $tls.clientCertificate.certKey | quote }}
TEMPORAL_TLS_CLIENT_KEY_PATH: {{ printf "/etc/temporal-client/%s" $tls.clientCertificate.keyKey | quote }}
{{- end }}
{{- if and .Values.temporal.versioning.deploymentName (not (include "repair-worker.isControlled" .)) }}
TEMPORAL_DEPLOYMENT_NAME: {{ .Values.temporal.versioning.deploymentName | quote }}
TEMPORAL_WORKER_BUILD_ID: {{ include "repair-worker.buildId" . | quote }}
{{- end }}
REPAIRSHOP_TASK_QUEUE: {{ .Values.temporal.taskQueue | quote }}
REPAIRSHOP_HEALTH_HOST: {{ .Values.health.host | quote }}
REPAIRSHOP_HEALTH_PORT: {{ .Values.health.port | quote }}
{{- range $name, $value := .Values.settings }}
{{- if ne nil $value }}
{{- /* toJson, since toString would write 1000000 as 1e+06; a list is written with commas. */}}
REPAIRSHOP_{{ $name | snakecase | upper }}: {{ (kindIs "string" $value | ternary $value (toJson $value | trimPrefix "[" | trimSuffix "]")) | quote }}
{{- end }}
{{- end }}
{{- if .Values.codec.existingSecret }}
REPAIRSHOP_CODEC_KEYS_FILE: {{ printf "/etc/codec/%s" .Values.codec.key | quote }}
REPAIRSHOP_CODEC_KEY_ID: {{ include "repair-worker.text" .Values.codec.keyId | quote }}
REPAIRSHOP_CODEC_REQUIRED: {{ .Values.codec.required | quote }}
{{- end }}
{{- end -}}

{{- define "repair-worker.usesTls" -}}
{{- with .Values.temporal.tls -}}
{{- if or .enabled .serverName .ca.existingSecret .ca.existingConfigMap .clientCertificate.existingSecret }}true{{ end -}}
{{- end -}}
{{- end -}}

{{- define "repair-worker.apiKey" -}}
{{- with .Values.temporal.apiKey -}}
{{- if .existingSecret -}}
- name: TEMPORAL_API_KEY
  valueFrom: {secretKeyRef: {name: {{ .existingSecret | quote }}, key: {{ .key | quote }}}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /*
What a WorkerDeployment's pods get in their template, so that a version that is still needed keeps its settings: all but what the
controller adds itself.
*/ -}}
{{- define "repair-worker.templateEnvironment" -}}
{{- $added := list "TEMPORAL_ADDRESS" "TEMPORAL_NAMESPACE" "TEMPORAL_TLS_SERVER_NAME" -}}
{{- if .Values.temporal.tls.clientCertificate.existingSecret -}}
{{- $added = concat $added (list "TEMPORAL_TLS" "TEMPORAL_TLS_CLIENT_CERT_PATH" "TEMPORAL_TLS_CLIENT_KEY_PATH") -}}
{{- end -}}
{{- range $name, $value := include "repair-worker.plainEnvironment" . | fromYaml }}
{{- if not (has $name $added) }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}
{{- end -}}

{{- /* What is a secret, or known only to the pod. */ -}}
{{- define "repair-worker.podEnvironment" -}}
- name: REPAIRSHOP_IDENTITY
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
{{- with .Values.ledger }}
{{- if .existingSecret }}
- name: REPAIRSHOP_LEDGER
  valueFrom: {secretKeyRef: {name: {{ .existingSecret | quote }}, key: {{ .key | quote }}}}
{{- end }}
{{- end }}
{{- with .Values.extraEnv }}
{{ tpl (toYaml .) $ }}
{{- end }}
{{- end -}}

{{- /* Lists as one in which no name stands twice, which the API refuses: the last one counts. Takes a list of texts. */ -}}
{{- define "repair-worker.onceEach" -}}
{{- include "repair-worker.onceBy" (dict "key" "name" "texts" .) -}}
{{- end -}}

{{- /* The same by another key than the name. Takes (dict "key" "mountPath" "texts" LIST). */ -}}
{{- define "repair-worker.onceBy" -}}
{{- $key := .key -}}
{{- $kept := list -}}
{{- range $text := .texts -}}
{{- range $one := default (list) (fromYamlArray $text) -}}
{{- $others := list -}}
{{- range $kept }}{{ if ne (get . $key) (get $one $key) }}{{ $others = append $others . }}{{ end }}{{ end -}}
{{- $kept = append $others $one -}}
{{- end -}}
{{- end -}}
{{- toYaml $kept -}}
{{- end -}}

{{- /* Secrets as files, and a place to write. */ -}}
{{- define "repair-worker.mounts" -}}
{{- include "repair-worker.onceBy" (dict "key" "mountPath" "texts" (list (include "repair-worker.ownMounts" .) (toYaml .Values.extraVolumeMounts))) -}}
{{- end -}}

{{- define "repair-worker.ownMounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if or .Values.temporal.tls.ca.existingSecret .Values.temporal.tls.ca.existingConfigMap }}
- {name: temporal-ca, mountPath: /etc/temporal-ca, readOnly: true}
{{- end }}
{{- if .Values.temporal.tls.clientCertificate.existingSecret }}
- {name: temporal-client, mountPath: /etc/temporal-client, readOnly: true}
{{- end }}
{{- if .Values.codec.existingSecret }}
- {name: codec-keys, mountPath: /etc/codec, readOnly: true}
{{- end }}
{{- end -}}

{{- define "repair-worker.volumes" -}}
{{- list (include "repair-worker.ownVolumes" .) (tpl (toYaml .Values.extraVolumes) .) | include "repair-worker.onceEach" -}}
{{- end -}}

{{- define "repair-worker.ownVolumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 64Mi}
{{- with .Values.temporal.tls.ca.existingSecret }}
- name: temporal-ca
  secret: {secretName: {{ . | quote }}, defaultMode: 0440}
{{- end }}
{{- with .Values.temporal.tls.ca.existingConfigMap }}
- name: temporal-ca
  configMap: {name: {{ . | quote }}, defaultMode: 0440}
{{- end }}
{{- with .Values.temporal.tls.clientCertificate.existingSecret }}
- name: temporal-client
  secret: {secretName: {{ . | quote }}, defaultMode: 0440}
{{- end }}
{{- with .Values.codec.existingSecret }}
- name: codec-keys
  secret: {secretName: {{ . | quote }}, defaultMode: 0440}
{{- end }}
{{- end -}}
