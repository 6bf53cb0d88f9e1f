{{- /*
What the pods of this chart have in common. Takes (dict "root" $ "role" .Values.sweep "component" NAME), where the role has the values
that may differ: selectors, tolerations, annotations and so on.
*/ -}}
{{- define "loadtest.placement" -}}
# Links would bring a variable for each Service of the namespace, and one that begins with LOADTEST_ is taken for a setting.
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.podSecurityContext }}
securityContext: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.runtimeClassName }}
runtimeClassName: {{ . | quote }}
{{- end }}
{{- with .root.Values.schedulerName }}
schedulerName: {{ . | quote }}
{{- end }}
{{- with .root.Values.dnsPolicy }}
dnsPolicy: {{ . }}
{{- end }}
{{- with .root.Values.dnsConfig }}
dnsConfig: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.hostAliases }}
hostAliases: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .role.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .role.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .role.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .role.affinity }}
affinity: {{- tpl (toYaml .) $.root | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* Labels of a pod: none that a new chart changes, since that would restart it. */ -}}
{{- define "loadtest.podLabels" -}}
{{- $own := include "loadtest.selectorLabels" .root | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/component" .component -}}
{{- $_ := set $own "app.kubernetes.io/part-of" "temporal-kit" -}}
{{- if eq "sweep" .component -}}
{{- /* It reads the workers' and the server's pages. */ -}}
{{- $_ := set $own "temporal-kit/scrapes" "true" -}}
{{- else if eq "claim" .component -}}
{{- /* It asks nobody, and a mesh's proxy beside it would never end. */ -}}
{{- $_ := set $own "sidecar.istio.io/inject" "false" -}}
{{- end -}}
{{- merge $own (default dict .role.podLabels) (default dict .root.Values.podLabels) (default dict .root.Values.commonLabels) | toYaml -}}
{{- end -}}

{{- define "loadtest.podAnnotations" -}}
{{- $own := dict -}}
{{- if and .root.Values.metrics.annotations (not (has .component (list "interactive" "claim"))) -}}
{{- $_ := set $own "prometheus.io/scrape" "true" -}}
{{- $_ := set $own "prometheus.io/port" (.root.Values.metrics.port | toString) -}}
{{- $_ := set $own "prometheus.io/path" "/metrics" -}}
{{- end -}}
{{- if eq "claim" .component }}{{ $_ := set $own "linkerd.io/inject" "disabled" }}{{ end -}}
{{- merge $own (default dict .role.podAnnotations) (default dict .root.Values.podAnnotations) (default dict .root.Values.commonAnnotations) | toYaml -}}
{{- end -}}

{{- define "loadtest.podMetadata" -}}
labels: {{- include "loadtest.podLabels" . | nindent 2 }}
{{- with include "loadtest.podAnnotations" . | fromYaml }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "loadtest.image" -}}
image: {{ include "loadtest.imageName" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- with .Values.securityContext }}
securityContext: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.envFrom }}
envFrom: {{- tpl (toYaml .) $ | nindent 2 }}
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

{{- /* An injector's pod: of a sweep's Job, or of the interactive Deployment. Takes "component" and "arguments" besides. */ -}}
{{- define "loadtest.injectorPod" -}}
{{- $values := .root.Values -}}
metadata: {{- include "loadtest.podMetadata" . | nindent 2 }}
spec:
  {{- include "loadtest.placement" . | nindent 2 }}
  serviceAccountName: {{ include "loadtest.injectorAccountName" .root | quote }}
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 15
  {{- with .restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
  {{- with $values.initContainers }}
  initContainers: {{- tpl (toYaml .) $.root | nindent 4 }}
  {{- end }}
  containers:
    - name: injector
      {{- include "loadtest.image" .root | nindent 6 }}
      # The master's Service by its short name, whatever the cluster's domain is.
      {{- include "loadtest.locust" .arguments | nindent 6 }}
      env: {{- list (include "loadtest.environment" .root) (include "loadtest.injectorEnvironment" .root) | include "loadtest.onceEach" | nindent 8 }}
      ports: [{name: metrics, containerPort: {{ $values.metrics.port }}}]
      {{- with $values.injectors.resources }}
      resources: {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts: {{- include "loadtest.mounts" .root | nindent 8 }}
    {{- with $values.extraContainers }}
    {{- tpl (toYaml .) $.root | nindent 4 }}
    {{- end }}
  volumes: {{- include "loadtest.volumes" .root | nindent 4 }}
  topologySpreadConstraints:
    {{- with $values.injectors.topologySpreadConstraints }}
    {{- tpl (toYaml .) $.root | nindent 4 }}
    {{- else }}
    # One injector per node before two on one: their CPU is what limits them.
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "loadtest.selectorLabels" .root | nindent 10 }}
          app.kubernetes.io/component: {{ .component }}
    {{- end }}
{{- end -}}
