{{- /* A quantity as a plain number: 512Mi is 536870912. */ -}}
{{- define "repair-worker.quantity" -}}
{{- $factors := dict "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18 "Ki" 1024.0 -}}
{{- $factors = merge $factors (dict "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "Pi" 1125899906842624.0 "Ei" 1152921504606846976.0) -}}
{{- $unit := regexFind "(m|k|[MGTPE]i?|Ki)$" (toString .) -}}
{{- mulf (toString . | trimSuffix $unit | float64) (get $factors $unit | default 1.0) -}}
{{- end -}}

{{- /* Refuses a request above its limit, and of what is not shared (GPUs, huge pages) another or a part of one, as Kubernetes does. Takes (dict "where" "resources" "resources" MAP). */ -}}
{{- define "repair-worker.checkResources" -}}
{{- $where := .where -}}
{{- $limits := dig "limits" (dict) (default (dict) .resources) | default (dict) -}}
{{- range $name, $request := dig "requests" (dict) (default (dict) .resources) -}}
{{- $limit := get $limits $name -}}
{{- if and $request $limit (gt (include "repair-worker.quantity" $request | float64) (include "repair-worker.quantity" $limit | float64)) -}}
{{- fail (printf "%s.requests.%s = %v is more than %s.limits.%s = %v, and Kubernetes refuses such a pod: raise the limit, or write null for none" $where $name $request $where $name $limit) -}}
{{- end -}}
{{- if and (or (contains "/" $name) (hasPrefix "hugepages-" $name)) (or (not (hasKey $limits $name)) (ne (include "repair-worker.quantity" $request) (include "repair-worker.quantity" $limit))) -}}
{{- fail (printf "%s.requests.%s = %v with %s: Kubernetes takes a request of what is not shared only where it is the limit; write %s.limits.%s alone" $where $name $request (hasKey $limits $name | ternary (printf "a limit of %v" $limit) "no limit") $where $name) -}}
{{- end -}}
{{- end -}}
{{- range $name, $limit := $limits -}}
{{- $amount := include "repair-worker.quantity" $limit | float64 -}}
{{- if and (contains "/" $name) (ne $amount (floor $amount)) -}}
{{- fail (printf "%s.limits.%s = %v: Kubernetes hands it out whole; write a whole number" $where $name $limit) -}}
{{- end -}}
{{- end -}}
{{- end -}}
