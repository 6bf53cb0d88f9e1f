{{- /* What temporal.address says of the network: SERVICE and SERVICE.NAMESPACE.svc... are in this cluster, all else is elsewhere. */ -}}
{{- define "repair-worker.addressHost" -}}
{{- regexReplaceAll ":[0-9]+$" .Values.temporal.address "" -}}
{{- end -}}

{{- /* Kubernetes namespace of the frontend by its address, or nothing. */ -}}
{{- define "repair-worker.addressNamespace" -}}
{{- $parts := splitList "." (include "repair-worker.addressHost" .) -}}
{{- if and (eq 1 (len $parts)) (not (hasPrefix "[" (first $parts))) -}}
{{- if ne "localhost" (first $parts) }}{{ include "repair-worker.namespace" . }}{{ end -}}
{{- else if and (ge (len $parts) 3) (eq "svc" (index $parts 2)) -}}
{{- index $parts 1 -}}
{{- end -}}
{{- end -}}

{{- define "repair-worker.temporalNamespace" -}}
{{- default (include "repair-worker.addressNamespace" .) .Values.networkPolicy.temporalNamespace -}}
{{- end -}}

{{- /* A policy sees the pod's port, which is the Service's unless said otherwise. */ -}}
{{- define "repair-worker.temporalPort" -}}
{{- default (last (splitList ":" .Values.temporal.address)) .Values.networkPolicy.temporalPort -}}
{{- end -}}

{{- /* The address for pods of other namespaces, KEDA's and the worker controller's, who would look for SERVICE in their own. */ -}}
{{- define "repair-worker.addressElsewhere" -}}
{{- $host := include "repair-worker.addressHost" . -}}
{{- if and (not (contains "." $host)) (include "repair-worker.addressNamespace" .) -}}
{{- printf "%s.%s.svc:%s" $host (include "repair-worker.namespace" .) (last (splitList ":" .Values.temporal.address)) -}}
{{- else -}}
{{- .Values.temporal.address -}}
{{- end -}}
{{- end -}}

{{- /* The name that they check: the one that workers check, who have the address as it is written. */ -}}
{{- define "repair-worker.serverNameElsewhere" -}}
{{- $renamed := ne .Values.temporal.address (include "repair-worker.addressElsewhere" .) -}}
{{- if .Values.temporal.tls.serverName -}}
{{- .Values.temporal.tls.serverName -}}
{{- else if and $renamed (or (include "repair-worker.usesTls" .) (include "repair-worker.hasCredentials" .)) -}}
{{- include "repair-worker.addressHost" . -}}
{{- end -}}
{{- end -}}

{{- /* Without a credential the controller speaks TLS only where it is given a name to check: then the address's own. */ -}}
{{- define "repair-worker.connectionServerName" -}}
{{- if include "repair-worker.serverNameElsewhere" . -}}
{{- include "repair-worker.serverNameElsewhere" . -}}
{{- else if and (include "repair-worker.usesTls" .) (not (include "repair-worker.hasCredentials" .)) -}}
{{- include "repair-worker.addressHost" . -}}
{{- end -}}
{{- end -}}

{{- /* Not empty where the address is the pod's own, so that nobody else finds Temporal there. */ -}}
{{- define "repair-worker.isOwnPod" -}}
{{- if regexMatch "^(localhost|127[.][0-9.]+|0[.]0[.]0[.]0|\\[::1?\\])$" (include "repair-worker.addressHost" .) }}true{{ end -}}
{{- end -}}
