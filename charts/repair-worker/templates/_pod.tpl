{{- /* Where a pod of this chart may run and as whom: the workers' and the test's. */ -}}
{{- define "repair-worker.placement" -}}
serviceAccountName: {{ include "repair-worker.serviceAccountName" . | quote }}
automountServiceAccountToken: {{ default false .Values.serviceAccount.automountToken }}
# Links would bring a variable for each Service of the namespace, and one that begins with REPAIRSHOP_ is taken for a setting.
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
{{- with .Values.runtimeClassName }}
runtimeClassName: {{ . | quote }}
{{- end }}
{{- with .Values.schedulerName }}
schedulerName: {{ . | quote }}
{{- end }}
{{- with .Values.dnsPolicy }}
dnsPolicy: {{ . }}
{{- end }}
{{- with .Values.dnsConfig }}
dnsConfig: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.hostAliases }}
hostAliases: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- tpl (toYaml .) $ | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* The workers' pod template, for a Deployment and for a WorkerDeployment. */ -}}
{{- define "repair-worker.podTemplate" -}}
metadata:
  labels: {{- include "repair-worker.podLabels" . | nindent 4 }}
  annotations: {{- include "repair-worker.podAnnotations" . | nindent 4 }}
spec:
  {{- include "repair-worker.placement" . | nindent 2 }}
  # Running activities get gracefulShutdownSeconds to end; the rest is for the last RPCs and the process itself.
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds | default (add (ceil .Values.settings.gracefulShutdownSeconds) 15) | int64 }}
  {{- with .Values.initContainers }}
  initContainers: {{- tpl (toYaml .) $ | nindent 4 }}
  {{- end }}
  containers:
    - name: worker
      image: {{ include "repair-worker.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      {{- with .Values.command }}
      command: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.args }}
      args: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.securityContext }}
      securityContext: {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - {name: metrics, containerPort: {{ .Values.health.port }}}
      {{- if or .Values.envFrom (not (include "repair-worker.isControlled" .)) }}
      envFrom:
        {{- if not (include "repair-worker.isControlled" .) }}
        - configMapRef: {name: {{ include "repair-worker.fullname" . | quote }}}
        {{- end }}
        {{- with .Values.envFrom }}
        {{- tpl (toYaml .) $ | nindent 8 }}
        {{- end }}
      {{- end }}
      {{- $own := include "repair-worker.isControlled" . | empty | ternary "repair-worker.apiKey" "repair-worker.templateEnvironment" }}
      env: {{- list (include $own .) (include "repair-worker.podEnvironment" .) | include "repair-worker.onceEach" | nindent 8 }}
      {{- range $kind := list "startup" "liveness" "readiness" }}
      {{- with get $.Values.probes $kind }}
      {{ $kind }}Probe: {{- include "repair-worker.probe" . | nindent 8 }}
      {{- end }}
      {{- end }}
      {{- with .Values.lifecycle }}
      lifecycle: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.resources }}
      resources: {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts: {{- include "repair-worker.mounts" . | nindent 8 }}
    {{- with .Values.extraContainers }}
    {{- tpl (toYaml .) $ | nindent 4 }}
    {{- end }}
  volumes: {{- include "repair-worker.volumes" . | nindent 4 }}
  {{- if .Values.topologySpread.enabled }}
  topologySpreadConstraints:
    {{- with .Values.topologySpread.constraints }}
    {{- tpl (toYaml .) $ | nindent 4 }}
    {{- else }}
    {{- /* Where nodes have no zone, a rule on zones that must hold would take none of them. */}}
    {{- range $key, $otherwise := dict "kubernetes.io/hostname" .Values.topologySpread.whenUnsatisfiable "topology.kubernetes.io/zone" "ScheduleAnyway" }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      whenUnsatisfiable: {{ $otherwise }}
      labelSelector:
        matchLabels: {{- include "repair-worker.selectorLabels" $ | nindent 10 }}
      # Else a rollout would count the pods that leave.
      matchLabelKeys: [pod-template-hash]
    {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}

{{- /* A probe of another kind takes the place of ours: Helm merges the two, and Kubernetes takes one handler. */ -}}
{{- define "repair-worker.probe" -}}
{{- or .exec .tcpSocket .grpc | empty | ternary . (omit . "httpGet") | toYaml -}}
{{- end -}}

{{- define "repair-worker.podAnnotations" -}}
{{- $own := dict -}}
{{- if not (include "repair-worker.isControlled" .) -}}
{{- $_ := set $own "checksum/environment" (include "repair-worker.plainEnvironment" . | fromYaml | toJson | sha256sum) -}}
{{- end -}}
{{- if .Values.metrics.annotations -}}
{{- $_ := set $own "prometheus.io/scrape" "true" -}}
{{- $_ := set $own "prometheus.io/port" (.Values.health.port | toString) -}}
{{- $_ := set $own "prometheus.io/path" "/metrics" -}}
{{- end -}}
{{- merge $own (default dict .Values.podAnnotations) (default dict .Values.commonAnnotations) | toYaml -}}
{{- end -}}

{{- /* Not empty where Temporal's worker controller makes the Deployments. */ -}}
{{- define "repair-worker.isControlled" -}}
{{- if eq "WorkerDeployment" .Values.deployment.kind }}true{{ end -}}
{{- end -}}

{{- /* What a sweep compares with its plan. */ -}}
{{- define "repair-worker.deploymentMetadata" -}}
name: {{ include "repair-worker.fullname" . | quote }}
namespace: {{ include "repair-worker.namespace" . | quote }}
labels: {{- include "repair-worker.labels" . | nindent 2 }}
{{- $own := dict "temporal-kit/task-queue" .Values.temporal.taskQueue "temporal-kit/activity-slots" (.Values.settings.activitySlots | int64 | toString) }}
{{- $by := include "repair-worker.replicasBy" . }}
{{- if and (not (include "repair-worker.isControlled" .)) (or (eq "autoscaler" $by) (include "repair-worker.replicas" .)) }}
{{- $_ := set $own "temporal-kit/replicas-by" $by }}
{{- end }}
annotations: {{- merge $own (default dict .Values.deployment.annotations) (default dict .Values.commonAnnotations) | toYaml | nindent 2 }}
{{- end -}}
