{{- define "loadtest.claimPod" -}}
metadata: {{- include "loadtest.podMetadata" . | nindent 2 }}
spec:
  {{- include "loadtest.placement" . | nindent 2 }}
  restartPolicy: OnFailure
  serviceAccountName: {{ include "loadtest.injectorAccountName" .root | quote }}
  automountServiceAccountToken: false
  containers:
    - name: claim
      image: {{ include "loadtest.imageName" .root | quote }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      {{- with .root.Values.securityContext }}
      securityContext: {{- toYaml . | nindent 8 }}
      {{- end }}
      command: [python, -c, ""]
      resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 64Mi}}
      volumeMounts: [{name: results, mountPath: /results}]
  volumes:
    - name: results
      persistentVolumeClaim: {claimName: {{ include "loadtest.claim" .root | quote }}}
{{- end -}}
