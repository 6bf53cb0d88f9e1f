{{- /* Pods of this release by their part. Takes (dict "root" $ "components" LIST). */ -}}
{{- define "loadtest.podsOf" -}}
matchLabels: {{- include "loadtest.selectorLabels" .root | nindent 2 }}
matchExpressions: [{key: app.kubernetes.io/component, operator: In, values: {{ .components | toJson }}}]
{{- end -}}

{{- /* Who may reach every pod: scrapers its /metrics, and what is asked for. */ -}}
{{- define "loadtest.commonIngress" -}}
{{- with .Values.networkPolicy.scrapeFrom }}
- from: {{- toYaml . | nindent 4 }}
  ports: [{protocol: TCP, port: {{ $.Values.metrics.port }}}]
{{- end }}
{{- with .Values.networkPolicy.extraIngress }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* What every pod may reach: names, and Temporal. */ -}}
{{- define "loadtest.commonEgress" -}}
{{- $policy := .Values.networkPolicy -}}
{{- with $policy.dnsTo }}
- to: {{- toYaml . | nindent 4 }}
  ports:
    {{- range $port := $policy.dnsPorts }}
    - {protocol: UDP, port: {{ $port }}}
    - {protocol: TCP, port: {{ $port }}}
    {{- end }}
{{- end }}
- ports: [{protocol: TCP, port: {{ include "loadtest.temporalPort" . }}}]
  {{- with include "loadtest.temporalNamespace" . }}
  to:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ . | quote }}}}
  {{- end }}
{{- with $policy.extraEgress }}
{{ toYaml . }}
{{- end }}
{{- end -}}
