{{- define "loadtest.environment" -}}
{{- $tls := .Values.temporal.tls -}}
- {name: TEMPORAL_ADDRESS, value: {{ .Values.temporal.address | quote }}}
- {name: TEMPORAL_NAMESPACE, value: {{ .Values.temporal.namespace | quote }}}
{{- if or $tls.enabled $tls.serverName $tls.ca.existingSecret $tls.ca.existingConfigMap $tls.clientCertificate.existingSecret }}
- {name: TEMPORAL_TLS, value: "true"}
{{- end }}
{{- with $tls.serverName }}
- {name: TEMPORAL_TLS_SERVER_NAME, value: {{ . | quote }}}
{{- end }}
{{- if or $tls.ca.existingSecret $tls.ca.existingConfigMap }}
- {name: TEMPORAL_TLS_SERVER_CA_CERT_PATH, value: {{ printf "/etc/temporal-ca/%s" $tls.ca.key | quote }}}
{{- end }}
{{- if $tls.clientCertificate.existingSecret }}
- {name: TEMPORAL_TLS_CLIENT_CERT_PATH, value: {{ printf "/etc/temporal-client/%s" $tls.clientCertificate.certKey | quote }}}
- {name: TEMPORAL_TLS_CLIENT_KEY_PATH, value: {{ printf "/etc/temporal-client/%s" $tls.clientCertificate.keyKey | quote }}}
{{- end }}
{{- with .Values.temporal.apiKey }}
{{- if .existingSecret }}
- name: TEMPORAL_API_KEY
  valueFrom: {secretKeyRef: {name: {{ .existingSecret | quote }}, key: {{ .key | quote }}}}
{{- end }}
{{- end }}
{{- with .Values.codec }}
{{- if .existingSecret }}
- {name: REPAIRSHOP_CODEC_KEYS_FILE, value: {{ printf "/etc/codec/%s" .key | quote }}}
- {name: REPAIRSHOP_CODEC_KEY_ID, value: {{ include "loadtest.text" .keyId | quote }}}
{{- end }}
{{- end }}
{{- with .Values.extraEnv }}
{{ tpl (toYaml .) $ }}
{{- end }}
{{- end -}}

{{- define "loadtest.injectorEnvironment" -}}
- {name: LOADTEST_INJECTOR_METRICS_PORT, value: {{ .Values.metrics.port | quote }}}
- {name: LOADTEST_INJECTOR_METRICS_HOST, value: {{ .Values.metrics.host | quote }}}
{{- end -}}

{{- /* Lists as one in which no name stands twice, which the API refuses: the last one counts. Takes a list of texts. */ -}}
{{- define "loadtest.onceEach" -}}
{{- include "loadtest.onceBy" (dict "key" "name" "texts" .) -}}
{{- end -}}

{{- /* The same by another key than the name. Takes (dict "key" "mountPath" "texts" LIST). */ -}}
{{- define "loadtest.onceBy" -}}
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

{{- define "loadtest.mounts" -}}
{{- include "loadtest.onceBy" (dict "key" "mountPath" "texts" (list (include "loadtest.ownMounts" .) (toYaml .Values.extraVolumeMounts))) -}}
{{- end -}}

{{- define "loadtest.ownMounts" -}}
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

{{- define "loadtest.volumes" -}}
{{- list (include "loadtest.ownVolumes" .) (tpl (toYaml .Values.extraVolumes) .) | include "loadtest.onceEach" -}}
{{- end -}}

{{- define "loadtest.ownVolumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 256Mi}
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
