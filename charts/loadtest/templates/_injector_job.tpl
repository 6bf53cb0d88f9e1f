{{- /* The sweep sets parallelism, completions, owner and what Temporal its plan names. */ -}}
{{- define "loadtest.injectorJob" -}}
{{- $role := .Values.injectors -}}
{{- $arguments := list "--worker" "--master-host" (printf "%s-master" (include "loadtest.fullname" .)) "--master-port" "5557" -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "loadtest.fullname" . }}-injectors
  namespace: {{ include "loadtest.namespace" . | quote }}
  {{- include "loadtest.jobMetadata" (dict "root" . "component" "injector") | nindent 2 }}
spec:
  completionMode: Indexed
  parallelism: 1
  completions: 1
  # An injector that is lost is made anew; whether the step still counts is the sweep's to say.
  backoffLimit: 100
  template: {{- include "loadtest.injectorPod" (dict "root" . "role" $role "component" "injector" "arguments" $arguments "restartPolicy" "OnFailure") | nindent 4 }}
{{- end -}}
