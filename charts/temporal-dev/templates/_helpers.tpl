{{- define "temporal-dev.name" -}}
{{- default .Chart.Name .Values.nameOverride -}}
{{- end -}}

{{- define "temporal-dev.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride -}}
{{- end -}}

{{- define "temporal-dev.selectorLabels" -}}
app.kubernetes.io/name: {{ include "temporal-dev.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: server
{{- end -}}

{{- define "temporal-dev.labels" -}}
{{ include "temporal-dev.selectorLabels" . }}
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
app.kubernetes.io/part-of: temporal-kit
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}
