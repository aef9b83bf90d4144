{{/* The settings as they come to count, as YAML by their names in keykeeper.yaml. */}}
{{- define "keykeeper.settings" -}}
{{- include "keykeeper.check" . }}
{{- $settings := dict }}
{{- if eq .Values.vault.kind "secret" }}
{{- $_ := set $settings "vault" (printf "kubernetes:///%s" (include "keykeeper.vaultName" .)) }}
{{- else if eq .Values.vault.kind "claim" }}
{{- $_ := set $settings "vault" "file:///vault" }}
{{- end }}
{{- if .Values.metrics.enabled }}
{{- $_ := set $settings "http" "0.0.0.0:8377" }}
{{- end }}
{{- range $name, $_ := .Values.secrets }}
{{- $_ := set $settings (printf "%sFile" $name) (printf "/run/secrets/keykeeper/%s" $name) }}
{{- end }}
{{- toYaml (merge (deepCopy .Values.settings) $settings) }}
{{- end }}

{{/* The same as environment. YAML reads a bare on or off as true or false, so these are turned back. */}}
{{- define "keykeeper.variables" -}}
{{- $variables := dict }}
{{- range $name, $value := include "keykeeper.settings" . | fromYaml }}
{{- if kindIs "bool" $value }}{{- $value = ternary "on" "off" $value }}{{- end }}
{{- if kindIs "slice" $value }}{{- $value = join "," $value }}{{- end }}
{{- $_ := set $variables (printf "KEYKEEPER_%s" (regexReplaceAll "([A-Z])" $name "_${1}" | upper)) $value }}
{{- end }}
{{- toYaml $variables }}
{{- end }}

{{/* The port of settings.http. */}}
{{- define "keykeeper.port" -}}
{{- $http := (include "keykeeper.settings" . | fromYaml).http | default "127.0.0.1:8377" }}
{{- regexFind "[0-9]+$" (toString $http) | default "8377" }}
{{- end }}

{{/* What the schema cannot say, or not in words that help. */}}
{{- define "keykeeper.check" -}}
{{- $values := .Values }}
{{- if and (ne $values.vault.kind "external") (hasKey $values.settings "vault") }}
{{- fail "settings.vault follows from vault.kind and vault.name. Try: leave settings.vault out, or set vault.kind to external" }}
{{- end }}
{{- if and (eq $values.vault.kind "external") (not (hasKey $values.settings "vault")) }}
{{- fail "vault.kind is external, so settings.vault has to say where the vault is. Try: --set settings.vault=kubernetes://namespace/name" }}
{{- end }}
{{- range $name, $_ := $values.secrets }}
{{- range $form := list $name (printf "%sFile" $name) }}
{{- if hasKey $values.settings $form }}
{{- fail (printf "secrets.%s and settings.%s are both set. Try: keep one of them" $name $form) }}
{{- end }}
{{- end }}
{{- end }}
{{- if and (or $values.metrics.enabled $values.networkPolicy.enabled) (not $values.glpi.selector) }}
{{- fail "metrics and networkPolicy have to know GLPI's pods. Try: --set glpi.selector.app=glpi, with a label that those pods have" }}
{{- end }}
{{- if and (or $values.metrics.serviceMonitor.enabled $values.metrics.prometheusRule.enabled) (not $values.metrics.enabled) }}
{{- fail "a ServiceMonitor or PrometheusRule has nothing to read while metrics are off. Try: --set metrics.enabled=true" }}
{{- end }}
{{- end }}
