{{- /* What every pod of this chart has in common. */ -}}
{{- define "loadtest.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "loadtest.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "loadtest.image" -}}
image: {{ printf "%s:%s" .Values.image.repository .Values.image.tag | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- end -}}

{{- define "loadtest.environment" -}}
- {name: TEMPORAL_ADDRESS, value: {{ .Values.temporal.address | quote }}}
- {name: TEMPORAL_NAMESPACE, value: {{ .Values.temporal.namespace | quote }}}
{{- with .Values.temporal.tls }}
{{- if or .enabled .existingSecret }}
- {name: TEMPORAL_TLS, value: "true"}
{{- end }}
{{- if .serverName }}
- {name: TEMPORAL_TLS_SERVER_NAME, value: {{ .serverName | quote }}}
{{- end }}
{{- if .existingSecret }}
- {name: TEMPORAL_TLS_SERVER_CA_CERT_PATH, value: /etc/temporal-tls/ca.crt}
{{- end }}
{{- if .clientCertificate }}
- {name: TEMPORAL_TLS_CLIENT_CERT_PATH, value: /etc/temporal-tls/tls.crt}
- {name: TEMPORAL_TLS_CLIENT_KEY_PATH, value: /etc/temporal-tls/tls.key}
{{- end }}
{{- end }}
{{- with .Values.temporal.apiKey }}
{{- if .existingSecret }}
- name: TEMPORAL_API_KEY
  valueFrom: {secretKeyRef: {name: {{ .existingSecret | quote }}, key: {{ .key | quote }}}}
{{- end }}
{{- end }}
{{- with .Values.codec }}
{{- if .existingSecret }}
- {name: REPAIRSHOP_CODEC_KEYS_FILE, value: /etc/codec/{{ .key }}}
- {name: REPAIRSHOP_CODEC_KEY_ID, value: {{ .keyId | quote }}}
{{- end }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "loadtest.mounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if .Values.temporal.tls.existingSecret }}
- {name: temporal-tls, mountPath: /etc/temporal-tls, readOnly: true}
{{- end }}
{{- if .Values.codec.existingSecret }}
- {name: codec-keys, mountPath: /etc/codec, readOnly: true}
{{- end }}
{{- end -}}

{{- define "loadtest.volumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 256Mi}
{{- with .Values.temporal.tls.existingSecret }}
- name: temporal-tls
  secret: {secretName: {{ . | quote }}, defaultMode: 0440}
{{- end }}
{{- with .Values.codec.existingSecret }}
- name: codec-keys
  secret: {secretName: {{ . | quote }}, defaultMode: 0440}
{{- end }}
{{- end -}}

{{- /* Start Locust on the file that lies in the image, wherever Python keeps it. */ -}}
{{- define "loadtest.locust" -}}
command:
  - python
  - -c
  - |
    import os, sys
    from importlib.util import find_spec
    os.execvp("locust", ["locust", "--locustfile", find_spec("loadtest.injector.locustfile").origin, *sys.argv[1:]])
args:
{{- range . }}
  - {{ . | quote }}
{{- end }}
{{- end -}}
