{{/* Puts `value` into `target` under a name with dots; does nothing where the name is empty. */}}
{{- define "keykeeper.put" -}}
{{- $at := .target }}
{{- $parts := splitList "." .key }}
{{- if .key }}
{{- range initial $parts }}
{{- if not (hasKey $at .) }}{{- $_ := set $at . dict }}{{- end }}
{{- $at = index $at . }}
{{- end }}
{{- $_ := set $at (last $parts) .value }}
{{- end }}
{{- end }}

{{/* Values for a GLPI chart that takes init containers, containers and volumes. */}}
{{- define "keykeeper.snippet" -}}
{{- $keys := .Values.snippet.keys }}
{{- $values := dict }}
{{- $init := ternary "keykeeper.sidecar" "keykeeper.initContainer" (eq .Values.snippet.form "native") }}
{{- include "keykeeper.put" (dict "target" $values "key" $keys.initContainers "value" (include $init . | fromYamlArray)) }}
{{- if eq .Values.snippet.form "pair" }}
{{- include "keykeeper.put" (dict "target" $values "key" $keys.containers "value" (include "keykeeper.container" . | fromYamlArray)) }}
{{- end }}
{{- include "keykeeper.put" (dict "target" $values "key" $keys.volumes "value" (include "keykeeper.volumes" . | fromYamlArray)) }}
{{- include "keykeeper.put" (dict "target" $values "key" $keys.podAnnotations "value" (include "keykeeper.podAnnotations" . | fromYaml)) }}
{{- include "keykeeper.put" (dict "target" $values "key" $keys.serviceAccountCreate "value" false) }}
{{- include "keykeeper.put" (dict "target" $values "key" $keys.serviceAccountName "value" (include "keykeeper.serviceAccountName" .)) }}
{{- toYaml $values }}
{{- end }}
