{{- define "loadtest.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimAll "-." -}}
{{- end -}}

{{- /* Short enough for any suffix of ours. */ -}}
{{- define "loadtest.fullname" -}}
{{- include "loadtest.wholeName" . | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- /* Without dots, which no Service and no indexed Job has in its name. */ -}}
{{- define "loadtest.wholeName" -}}
{{- $name := printf "%s-%s" .Release.Name (include "loadtest.name" .) -}}
{{- if .Values.fullnameOverride -}}
{{- $name = .Values.fullnameOverride -}}
{{- else if contains (include "loadtest.name" .) .Release.Name -}}
{{- $name = .Release.Name -}}
{{- end -}}
{{- $name | replace "." "-" -}}
{{- end -}}

{{- /*
Name of an object. One in somebody else's namespace begins with ours, as another load test may have the same. Takes (dict "root" $ "suffix" "-master"
"namespace" NAME).
*/ -}}
{{- define "loadtest.objectName" -}}
{{- $own := include "loadtest.namespace" .root -}}
{{- if ne $own (default $own .namespace) }}{{ $own }}.{{ end -}}
{{- include "loadtest.fullname" .root }}{{ .suffix -}}
{{- end -}}

{{- define "loadtest.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{- define "loadtest.workersNamespace" -}}
{{- default (include "loadtest.namespace" .) .Values.workers.namespace -}}
{{- end -}}

{{- /* The Lease of whoever sweeps the workers, which lies beside them. */ -}}
{{- define "loadtest.workersLease" -}}
{{- include "loadtest.workersNamespace" . }}.{{ if eq "WorkerDeployment" .Values.workers.kind }}workerdeployment.{{ end }}{{ .Values.workers.deployment -}}
{{- end -}}

{{- /* A tag or the id of a key as text: `--set` makes a number of 20261125; a number of a file is refused. */ -}}
{{- define "loadtest.text" -}}
{{- if kindIs "string" . }}{{ . }}{{ else if ne nil . }}{{ int64 . }}{{ end -}}
{{- end -}}

{{- define "loadtest.tag" -}}
{{- default .Chart.AppVersion (include "loadtest.text" .Values.image.tag) -}}
{{- end -}}

{{- define "loadtest.imageName" -}}
{{- $image := .Values.image.repository -}}
{{- if or .Values.image.tag (not .Values.image.digest) -}}
{{- $image = printf "%s:%s" $image (include "loadtest.tag" .) -}}
{{- end -}}
{{- if .Values.image.digest -}}
{{- $image = printf "%s@%s" $image .Values.image.digest -}}
{{- end -}}
{{- $image -}}
{{- end -}}

{{- /* Labels take 63 signs of a small alphabet; a tag may have 128 and a chart's version a "+". */ -}}
{{- define "loadtest.asLabel" -}}
{{- regexReplaceAll "[^A-Za-z0-9._-]" . "_" | trunc 63 | trimAll "._-" -}}
{{- end -}}

{{- define "loadtest.selectorLabels" -}}
app.kubernetes.io/name: {{ include "loadtest.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- /* Labels of an object: ours win over the user's, so that no key stands twice. Takes (dict "root" $ "component" NAME). */ -}}
{{- define "loadtest.labels" -}}
{{- $own := include "loadtest.selectorLabels" .root | fromYaml -}}
{{- with .component }}{{ $_ := set $own "app.kubernetes.io/component" . }}{{ end -}}
{{- $_ := set $own "app.kubernetes.io/version" (include "loadtest.asLabel" (include "loadtest.tag" .root)) -}}
{{- $_ := set $own "app.kubernetes.io/part-of" "temporal-kit" -}}
{{- $_ := set $own "app.kubernetes.io/managed-by" .root.Release.Service -}}
{{- $_ := set $own "helm.sh/chart" (include "loadtest.asLabel" (printf "%s-%s" .root.Chart.Name .root.Chart.Version)) -}}
{{- merge $own (default dict .root.Values.commonLabels) | toYaml -}}
{{- end -}}

{{- /* Name, namespace, labels and annotations of an object. Takes (dict "root" $ "suffix" "-master" "component" NAME). */ -}}
{{- define "loadtest.metadata" -}}
name: {{ include "loadtest.objectName" . | quote }}
namespace: {{ default (include "loadtest.namespace" .root) .namespace | quote }}
labels: {{- include "loadtest.labels" . | nindent 2 }}
{{- with merge (dict) (default dict .annotations) (default dict .root.Values.commonAnnotations) }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /*
Labels and annotations of a Job that the sweep or a user makes. No instance among the labels: Argo CD would take the Job for one of the
release's objects, find none in git and delete the running sweep.
*/ -}}
{{- define "loadtest.jobMetadata" -}}
{{- $own := dict "app.kubernetes.io/component" .component "app.kubernetes.io/part-of" "temporal-kit" -}}
{{- $_ := set $own "app.kubernetes.io/name" (include "loadtest.name" .root) -}}
{{- $common := omit (default dict .root.Values.commonLabels) "app.kubernetes.io/instance" "argocd.argoproj.io/instance" -}}
labels: {{- merge $own $common | toYaml | nindent 2 }}
{{- with .root.Values.commonAnnotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "loadtest.claim" -}}
{{- .Values.results.existingClaim | default (printf "%s-results" (include "loadtest.fullname" .)) -}}
{{- end -}}

{{- define "loadtest.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "loadtest.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.create = false without serviceAccount.name: the sweep needs an account with its rights; name it" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "loadtest.injectorAccountName" -}}
{{- with .Values.injectors.serviceAccount -}}
{{- if .create -}}
{{- default (printf "%s-injector" (include "loadtest.fullname" $)) .name -}}
{{- else -}}
{{- default "default" .name -}}
{{- end -}}
{{- end -}}
{{- end -}}
