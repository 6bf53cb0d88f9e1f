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
      # As much as a sweep, so that the claim is bound to where one finds room.
      {{- with .role.resources }}
      resources: {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts: [{name: results, mountPath: /results}]
  volumes:
    - name: results
      persistentVolumeClaim: {claimName: {{ include "loadtest.claim" .root | quote }}}
{{- end -}}
