{{- /* A time of a PodMonitor in milliseconds: 5s is 5000. */ -}}
{{- define "loadtest.milliseconds" -}}
{{- mul (regexFind "^[0-9]+" . | int64) (get (dict "ms" 1 "s" 1000 "m" 60000) (regexFind "[a-z]+$" .)) -}}
{{- end -}}
