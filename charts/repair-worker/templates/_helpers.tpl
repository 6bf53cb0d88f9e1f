{{- define "repair-worker.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimAll "-." -}}
{{- end -}}

{{- define "repair-worker.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimAll "-." -}}
{{- else if contains (include "repair-worker.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimAll "-." -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "repair-worker.name" .) | trunc 63 | trimAll "-." -}}
{{- end -}}
{{- end -}}

{{- define "repair-worker.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{- /* A tag, a build id or that of a key as text: `--set` makes a number of 20261125; a number of a file is refused. */ -}}
{{- define "repair-worker.text" -}}
{{- if kindIs "string" . }}{{ . }}{{ else if ne nil . }}{{ int64 . }}{{ end -}}
{{- end -}}

{{- define "repair-worker.tag" -}}
{{- default .Chart.AppVersion (include "repair-worker.text" .Values.image.tag) -}}
{{- end -}}

{{- define "repair-worker.image" -}}
{{- $image := .Values.image.repository -}}
{{- if or .Values.image.tag (not .Values.image.digest) -}}
{{- $image = printf "%s:%s" $image (include "repair-worker.tag" .) -}}
{{- end -}}
{{- if .Values.image.digest -}}
{{- $image = printf "%s@%s" $image .Values.image.digest -}}
{{- end -}}
{{- $image -}}
{{- end -}}

{{- /* Labels take 63 signs of a small alphabet; a tag may have 128 and a chart's version a "+". */ -}}
{{- define "repair-worker.asLabel" -}}
{{- regexReplaceAll "[^A-Za-z0-9._-]" . "_" | trunc 63 | trimAll "._-" -}}
{{- end -}}

{{- define "repair-worker.buildId" -}}
{{- include "repair-worker.text" .Values.temporal.versioning.buildId -}}
{{- end -}}

{{- define "repair-worker.ofRelease" -}}
app.kubernetes.io/name: {{ include "repair-worker.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "repair-worker.selectorLabels" -}}
{{ include "repair-worker.ofRelease" . }}
app.kubernetes.io/component: worker
{{- end -}}

{{- /* Labels of an object: ours win over the user's, so that no key stands twice. */ -}}
{{- define "repair-worker.labels" -}}
{{- $own := include "repair-worker.selectorLabels" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/version" (include "repair-worker.asLabel" (include "repair-worker.tag" .)) -}}
{{- $_ := set $own "app.kubernetes.io/part-of" "temporal-kit" -}}
{{- $_ := set $own "app.kubernetes.io/managed-by" .Release.Service -}}
{{- $_ := set $own "helm.sh/chart" (include "repair-worker.asLabel" (printf "%s-%s" .Chart.Name .Chart.Version)) -}}
{{- merge $own (default dict .Values.commonLabels) | toYaml -}}
{{- end -}}

{{- /* Labels of the workers' pods: none that a new chart changes, since that would restart every worker. */ -}}
{{- define "repair-worker.podLabels" -}}
{{- $own := include "repair-worker.selectorLabels" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/part-of" "temporal-kit" -}}
{{- with include "repair-worker.buildId" . -}}
{{- $_ := set $own "temporal-kit/build-id" . -}}
{{- end -}}
{{- merge $own (default dict .Values.podLabels) (default dict .Values.commonLabels) | toYaml -}}
{{- end -}}

{{- define "repair-worker.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "repair-worker.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- /* The head of every object but the pods. */ -}}
{{- define "repair-worker.metadata" -}}
name: {{ include "repair-worker.fullname" . | quote }}
namespace: {{ include "repair-worker.namespace" . | quote }}
labels: {{- include "repair-worker.labels" . | nindent 2 }}
{{- with .Values.commonAnnotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
