{{- /* Whose the replica count is: autoscaling.cpu, autoscaling.metrics, autoscaling.keda, or nobody's. */ -}}
{{- define "repair-worker.scaledByHpa" -}}
{{- if or .Values.autoscaling.cpu.enabled .Values.autoscaling.metrics }}true{{ end -}}
{{- end -}}

{{- /*
The count that the Deployment names: as given, else the one that runs, where an autoscaler takes over or a count was named before. A field
that Helm removes is set to one by Kubernetes, and a fleet would be gone before anybody has looked. No other number than the one that
runs, as an autoscaler raises it by itself; but one that takes over or goes leaves somebody. Nothing without a cluster, as in
`helm template`.
*/ -}}
{{- define "repair-worker.replicas" -}}
{{- if ne nil .Values.replicas -}}
{{- .Values.replicas | int64 -}}
{{- else -}}
{{- $scaled := eq "autoscaler" (include "repair-worker.replicasBy" .) -}}
{{- $running := lookup "apps/v1" "Deployment" (include "repair-worker.namespace" .) (include "repair-worker.fullname" .) -}}
{{- $named := dig "metadata" "annotations" "temporal-kit/replicas-by" "" $running -}}
{{- if and $running (or $scaled $named) -}}
{{- $count := dig "spec" "replicas" 1 $running | int64 -}}
{{- if and $scaled (eq 0 $count) -}}
{{- /* A HorizontalPodAutoscaler does nothing where there is none. */ -}}
{{- $count = .Values.autoscaling.minReplicas | int64 -}}
{{- else if and (eq 0 $count) (eq "autoscaler" $named) -}}
{{- $count = 1 -}}
{{- end -}}
{{- $count -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Who has the count, as the Deployment says it to the next upgrade, which must not remove the field. */ -}}
{{- define "repair-worker.replicasBy" -}}
{{- if or (include "repair-worker.scaledByHpa" .) .Values.autoscaling.keda.enabled }}autoscaler{{ else }}release{{ end -}}
{{- end -}}

{{- define "repair-worker.scaleTarget" -}}
{{- if include "repair-worker.isControlled" . -}}
{}
{{- else -}}
{apiVersion: apps/v1, kind: Deployment, name: {{ include "repair-worker.fullname" . | quote }}}
{{- end -}}
{{- end -}}

{{- /* Whether a container of the user's runs beside the worker. */ -}}
{{- define "repair-worker.hasSidecars" -}}
{{- $found := not (empty .Values.extraContainers) -}}
{{- range .Values.initContainers -}}
{{- if eq "Always" (default "" .restartPolicy) }}{{ $found = true }}{{ end -}}
{{- end -}}
{{- if $found }}true{{ end -}}
{{- end -}}

{{- define "repair-worker.hpaSpec" -}}
{{- $cpu := .Values.autoscaling.cpu -}}
scaleTargetRef: {{ include "repair-worker.scaleTarget" . }}
minReplicas: {{ .Values.autoscaling.minReplicas | int64 }}
maxReplicas: {{ .Values.autoscaling.maxReplicas | int64 }}
metrics:
  {{- if and $cpu.enabled (include "repair-worker.hasSidecars" .) }}
  # The worker's alone: of a whole pod there is no share while one of its containers has no request.
  - type: ContainerResource
    containerResource:
      name: cpu
      container: worker
      target: {type: Utilization, averageUtilization: {{ $cpu.utilizationPercent | int64 }}}
  {{- else if $cpu.enabled }}
  - type: Resource
    resource:
      name: cpu
      target: {type: Utilization, averageUtilization: {{ $cpu.utilizationPercent | int64 }}}
  {{- end }}
  {{- with .Values.autoscaling.metrics }}
  {{- tpl (toYaml .) $ | nindent 2 }}
  {{- end }}
{{- with .Values.autoscaling.behavior }}
behavior: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "repair-worker.scaledObjectSpec" -}}
{{- $keda := .Values.autoscaling.keda -}}
scaleTargetRef: {{ include "repair-worker.scaleTarget" . }}
minReplicaCount: {{ .Values.autoscaling.minReplicas | int64 }}
maxReplicaCount: {{ .Values.autoscaling.maxReplicas | int64 }}
pollingInterval: {{ $keda.pollingIntervalSeconds | int64 }}
{{- if eq 0 (int .Values.autoscaling.minReplicas) }}
cooldownPeriod: {{ $keda.cooldownSeconds | int64 }}
{{- end }}
{{- $seen := or (has "slots" $keda.triggers) (has "scheduleToStart" $keda.triggers) }}
{{- if and $keda.fallback.enabled (eq 0 (int .Values.autoscaling.minReplicas)) $seen }}
# At zero there are no slots to see, which counts as a failure. One with a fallback is no fault of the ScaledObject, and this one never
# comes, as it would bring a replica that nobody needs.
fallback: {failureThreshold: 2147483647, replicas: 1, behavior: currentReplicas}
{{- else if and $keda.fallback.enabled (gt (int .Values.autoscaling.minReplicas) 0) (include "repair-worker.hasAverage" .) }}
fallback:
  failureThreshold: {{ $keda.fallback.failureThreshold | int64 }}
  replicas: {{ ne nil $keda.fallback.replicas | ternary $keda.fallback.replicas .Values.autoscaling.minReplicas | int64 }}
  behavior: {{ $keda.fallback.behavior }}
{{- end }}
{{- $isLong := and (not (include "repair-worker.isControlled" .)) (gt (len (include "repair-worker.fullname" .)) 54) }}
{{- if or .Values.autoscaling.behavior $isLong }}
advanced:
  horizontalPodAutoscalerConfig:
    {{- if $isLong }}
    # KEDA takes no more than 63 signs, and its own name for it has nine more than ours.
    name: {{ include "repair-worker.fullname" . | quote }}
    {{- end }}
    {{- with .Values.autoscaling.behavior }}
    behavior: {{- toYaml . | nindent 6 }}
    {{- end }}
{{- end }}
triggers:
  {{- range $keda.triggers }}
  {{- include (printf "repair-worker.%sTrigger" .) $ | nindent 2 }}
  {{- end }}
  {{- with $keda.extraTriggers }}
  {{- tpl (toYaml .) $ | nindent 2 }}
  {{- end }}
{{- end -}}

{{- /* Whether a trigger has an average over replicas: KEDA refuses a fallback without one. */ -}}
{{- define "repair-worker.hasAverage" -}}
{{- $keda := .Values.autoscaling.keda -}}
{{- $found := or (has "backlog" $keda.triggers) (has "slots" $keda.triggers) -}}
{{- range $keda.extraTriggers -}}
{{- if not (or (has .type (list "cpu" "memory")) (eq "Value" (default "" .metricType))) }}{{ $found = true }}{{ end -}}
{{- end -}}
{{- if $found }}true{{ end -}}
{{- end -}}

{{- define "repair-worker.backlogTrigger" -}}
{{- $backlog := .Values.autoscaling.keda.backlog -}}
- type: temporal
  name: backlog
  metadata:
    endpoint: {{ include "repair-worker.addressElsewhere" . | quote }}
    taskQueue: {{ .Values.temporal.taskQueue | quote }}
    queueTypes: {{ join "," $backlog.queueTypes | quote }}
    targetQueueSize: {{ $backlog.targetQueueSize | int64 | quote }}
    activationTargetQueueSize: {{ $backlog.activationTargetQueueSize | int64 | quote }}
    includeRunningWorkflowCount: {{ $backlog.includeRunningWorkflowCount | quote }}
    {{- if include "repair-worker.isControlled" . }}
    # Empty: the controller names each version.
    namespace: ""
    workerDeploymentName: ""
    workerDeploymentBuildId: ""
    {{- else }}
    namespace: {{ .Values.temporal.namespace | quote }}
    {{- if .Values.temporal.versioning.deploymentName }}
    workerDeploymentName: {{ .Values.temporal.versioning.deploymentName | quote }}
    workerDeploymentBuildId: {{ include "repair-worker.buildId" . | quote }}
    {{- end }}
    {{- end }}
    {{- with include "repair-worker.serverNameElsewhere" . }}
    tlsServerName: {{ . | quote }}
    {{- end }}
  {{- if include "repair-worker.hasCredentials" . }}
  authenticationRef: {name: {{ include "repair-worker.fullname" . | quote }}}
  {{- end }}
{{- end -}}

{{- define "repair-worker.hasCredentials" -}}
{{- if or .Values.temporal.apiKey.existingSecret .Values.temporal.tls.clientCertificate.existingSecret }}true{{ end -}}
{{- end -}}

{{- /* The series of this release's pods alone: another build, namespace or cluster in the same Prometheus has a fleet of its own. */ -}}
{{- define "repair-worker.ownSeries" -}}
{{- $own := printf "task_queue=%q,namespace=%q,pod=~%q" .Values.temporal.taskQueue (include "repair-worker.namespace" .) (printf "%s-[a-z0-9]+-[a-z0-9]+" (include "repair-worker.fullname" .)) -}}
{{- with .Values.autoscaling.keda.prometheus.matchers }}{{ $own = printf "%s,%s" $own . }}{{ end -}}
{{- $own -}}
{{- end -}}

{{- define "repair-worker.slotsPerReplica" -}}
{{- ne nil .Values.autoscaling.keda.slots.perReplica | ternary .Values.autoscaling.keda.slots.perReplica (mulf 0.7 .Values.settings.activitySlots) -}}
{{- end -}}

{{- define "repair-worker.slotsTrigger" -}}
{{- $slots := .Values.autoscaling.keda.slots -}}
{{- $query := printf "sum(temporal_worker_task_slots_used{worker_type=\"ActivityWorker\",%s})" (include "repair-worker.ownSeries" .) -}}
- type: prometheus
  name: slots
  {{- $own := dict "query" ($slots.query | default $query) "threshold" (include "repair-worker.slotsPerReplica" .) "activationThreshold" ($slots.activation | toString) }}
  metadata: {{- include "repair-worker.prometheusMetadata" (dict "root" . "own" $own) | nindent 4 }}
  {{- with .Values.autoscaling.keda.prometheus.authenticationRef }}
  authenticationRef: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "repair-worker.scheduleToStartTrigger" -}}
{{- $wait := .Values.autoscaling.keda.scheduleToStart -}}
{{- $own := include "repair-worker.ownSeries" . -}}
{{- $query := printf "histogram_quantile(0.95, sum by (le) (rate(temporal_activity_schedule_to_start_latency_seconds_bucket{%s}[%s]))) > 0" $own $wait.window -}}
{{- /* An idle fleet waits for nothing; one that Prometheus has lost, or scrapes too seldom for any rate, gives no answer. */ -}}
{{- $query = printf "%s or 0 * sum(rate(temporal_worker_start_total{%s}[%s]))" $query $own $wait.window -}}
- type: prometheus
  name: scheduleToStart
  # A value, not an average: twice the wait asks for twice the replicas.
  metricType: Value
  {{- $own := dict "query" ($wait.query | default $query) "threshold" ($wait.seconds | toString) "activationThreshold" ($wait.activationSeconds | toString) }}
  metadata: {{- include "repair-worker.prometheusMetadata" (dict "root" . "own" $own) | nindent 4 }}
  {{- with .Values.autoscaling.keda.prometheus.authenticationRef }}
  authenticationRef: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- /* The user's metadata first, so that no key stands twice. Takes (dict "root" $ "own" MAP). */ -}}
{{- define "repair-worker.prometheusMetadata" -}}
{{- $prometheus := .root.Values.autoscaling.keda.prometheus -}}
{{- /* No series is no answer, not zero: a Prometheus that lost its targets must not shrink a busy fleet. */ -}}
{{- $own := dict "serverAddress" $prometheus.serverAddress "ignoreNullValues" "false" -}}
{{- merge (dict) (default dict $prometheus.metadata) .own $own | toYaml -}}
{{- end -}}
