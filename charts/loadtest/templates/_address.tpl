{{- /* What temporal.address says of the network: SERVICE and SERVICE.NAMESPACE.svc... are in this cluster, all else is elsewhere. */ -}}
{{- define "loadtest.addressHost" -}}
{{- regexReplaceAll ":[0-9]+$" .Values.temporal.address "" -}}
{{- end -}}

{{- /* Kubernetes namespace of a host by its name, or nothing. Takes (dict "root" $ "host" NAME). */ -}}
{{- define "loadtest.namespaceOf" -}}
{{- $parts := splitList "." .host -}}
{{- if and (eq 1 (len $parts)) (not (hasPrefix "[" (first $parts))) -}}
{{- if ne "localhost" (first $parts) }}{{ include "loadtest.namespace" .root }}{{ end -}}
{{- else if and (ge (len $parts) 3) (eq "svc" (index $parts 2)) -}}
{{- index $parts 1 -}}
{{- end -}}
{{- end -}}

{{- define "loadtest.addressNamespace" -}}
{{- include "loadtest.namespaceOf" (dict "root" . "host" (include "loadtest.addressHost" .)) -}}
{{- end -}}

{{- define "loadtest.temporalNamespace" -}}
{{- default (include "loadtest.addressNamespace" .) .Values.networkPolicy.temporalNamespace -}}
{{- end -}}

{{- /* A policy sees the pod's port, which is the Service's unless said otherwise. */ -}}
{{- define "loadtest.temporalPort" -}}
{{- default (last (splitList ":" .Values.temporal.address)) .Values.networkPolicy.temporalPort -}}
{{- end -}}
