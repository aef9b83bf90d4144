{{/* Keykeeper's environment: its settings, then what the values add. */}}
{{- define "keykeeper.envFrom" -}}
- configMapRef:
    name: {{ include "keykeeper.configName" . }}
{{- with .Values.envFrom }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "keykeeper.env" -}}
- name: KEYKEEPER_POD
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "keykeeper.volumeMounts" -}}
{{ toYaml .Values.glpi.volumeMounts }}
- name: keykeeper-token
  mountPath: /var/run/secrets/kubernetes.io/serviceaccount
  readOnly: true
{{- if eq .Values.vault.kind "claim" }}
- name: keykeeper-vault
  mountPath: /vault
{{- end }}
{{- if .Values.secrets }}
- name: keykeeper-secrets
  mountPath: /run/secrets/keykeeper
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/*
What the pod needs beyond GLPI's own volumes. The account's token is a volume that GLPI's container does not mount:
whoever takes over the web server does not get at the vault by it.
*/}}
{{- define "keykeeper.volumes" -}}
- name: keykeeper-token
  projected:
    sources:
      - serviceAccountToken:
          path: token
          expirationSeconds: 3607
      - configMap:
          name: kube-root-ca.crt
          items:
            - key: ca.crt
              path: ca.crt
      - downwardAPI:
          items:
            - path: namespace
              fieldRef:
                fieldPath: metadata.namespace
{{- if eq .Values.vault.kind "claim" }}
- name: keykeeper-vault
  persistentVolumeClaim:
    claimName: {{ include "keykeeper.vaultName" . }}
{{- end }}
{{- if .Values.secrets }}
- name: keykeeper-secrets
  projected:
    sources:
      {{- range $name, $from := .Values.secrets }}
      - secret:
          name: {{ $from.secretName }}
          items:
            - key: {{ $from.key | quote }}
              path: {{ $name }}
      {{- end }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Changes with the settings, so that pods are made anew when these change. */}}
{{- define "keykeeper.podAnnotations" -}}
checksum/keykeeper: {{ include "keykeeper.variables" . | sha256sum }}
{{- end }}
