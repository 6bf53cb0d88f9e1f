{{- define "temporal-dev.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* Short enough for any suffix of ours; without dots, which no Service has in its name. */ -}}
{{- define "temporal-dev.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride | replace "." "-" | trunc 47 | trimSuffix "-" -}}
{{- end -}}

{{- define "temporal-dev.selectorLabels" -}}
app.kubernetes.io/name: {{ include "temporal-dev.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: server
{{- end -}}

{{- /* A tag as text: `--set` makes a number of 20261125; a number of a file is refused. */ -}}
{{- define "temporal-dev.tag" -}}
{{- if kindIs "string" .Values.image.tag }}{{ .Values.image.tag }}{{ else }}{{ int64 .Values.image.tag }}{{ end -}}
{{- end -}}

{{- define "temporal-dev.image" -}}
{{- printf "%s:%s" .Values.image.repository (include "temporal-dev.tag" .) -}}
{{- with .Values.image.digest }}@{{ . }}{{ end -}}
{{- end -}}

{{- /* Labels take 63 signs of a small alphabet; a tag may have 128 and a chart's version a "+". */ -}}
{{- define "temporal-dev.asLabel" -}}
{{- regexReplaceAll "[^A-Za-z0-9._-]" . "_" | trunc 63 | trimAll "._-" -}}
{{- end -}}

{{- /* Labels of an object: ours win over the user's, so that no key stands twice. */ -}}
{{- define "temporal-dev.labels" -}}
{{- $own := include "temporal-dev.selectorLabels" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/version" (include "temporal-dev.asLabel" (include "temporal-dev.tag" .)) -}}
{{- $_ := set $own "app.kubernetes.io/part-of" "temporal-kit" -}}
{{- $_ := set $own "app.kubernetes.io/managed-by" .Release.Service -}}
{{- $_ := set $own "helm.sh/chart" (include "temporal-dev.asLabel" (printf "%s-%s" .Chart.Name .Chart.Version)) -}}
{{- merge $own (default dict .Values.commonLabels) | toYaml -}}
{{- end -}}

{{- /* Name, namespace and labels of an object. Takes (dict "root" $ "suffix" "-web"). */ -}}
{{- define "temporal-dev.metadata" -}}
name: {{ printf "%s%s" (include "temporal-dev.fullname" .root) (default "" .suffix) | quote }}
namespace: {{ .root.Release.Namespace | quote }}
labels: {{- include "temporal-dev.labels" .root | nindent 2 }}
{{- end -}}

{{- /* Labels of the pod: none that a new chart changes, since that would restart the server. */ -}}
{{- define "temporal-dev.podLabels" -}}
{{- $own := include "temporal-dev.selectorLabels" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/part-of" "temporal-kit" -}}
{{- merge $own (default dict .Values.podLabels) (default dict .Values.commonLabels) | toYaml -}}
{{- end -}}

{{- /* Where a pod may run and as whom: the server's and the test's. */ -}}
{{- define "temporal-dev.placement" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.podSecurityContext }}
securityContext: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
