{{/*
For a chart that has this one as a dependency: include these with the dependency's own scope, .Subcharts.keykeeper.
The first three give list items.
*/}}

{{/* One native sidecar for initContainers, from Kubernetes 1.29 on: gates the start of GLPI, then guards. */}}
{{- define "keykeeper.sidecar" -}}
{{- if semverCompare "<1.29.0-0" .Capabilities.KubeVersion.Version }}
{{- fail (printf "Kubernetes %s has no native sidecars: as an init container that never ends, it would keep GLPI from starting. Try: --set snippet.form=pair, or include keykeeper.initContainer and keykeeper.container" .Capabilities.KubeVersion.Version) }}
{{- end }}
- name: keykeeper
  args: [watch, --gate]
  restartPolicy: Always
  {{- include "keykeeper.container.body" . | nindent 2 }}
  startupProbe:
    exec:
      command: {{ include "keykeeper.probe" "--startup" }}
    periodSeconds: {{ .Values.probes.startup.periodSeconds }}
    failureThreshold: {{ .Values.probes.startup.failureThreshold }}
    timeoutSeconds: 10
  {{- include "keykeeper.livenessProbe" . | nindent 2 }}
{{- end }}

{{/* The pair for older clusters, first half: an init container that lets GLPI start or not. */}}
{{- define "keykeeper.initContainer" -}}
- name: keykeeper-init
  args: [init]
  {{- include "keykeeper.container.body" . | nindent 2 }}
{{- end }}

{{/* The pair, second half: a container beside GLPI's that guards. */}}
{{- define "keykeeper.container" -}}
- name: keykeeper
  args: [watch]
  {{- include "keykeeper.container.body" . | nindent 2 }}
  {{- include "keykeeper.livenessProbe" . | nindent 2 }}
{{- end }}

{{- define "keykeeper.container.body" -}}
image: {{ include "keykeeper.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
envFrom:
  {{- include "keykeeper.envFrom" . | nindent 2 }}
env:
  {{- include "keykeeper.env" . | nindent 2 }}
volumeMounts:
  {{- include "keykeeper.volumeMounts" . | nindent 2 }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
{{- end }}

{{- define "keykeeper.livenessProbe" -}}
livenessProbe:
  exec:
    command: {{ include "keykeeper.probe" "--live" }}
  periodSeconds: {{ .Values.probes.liveness.periodSeconds }}
  failureThreshold: {{ .Values.probes.liveness.failureThreshold }}
  timeoutSeconds: 10
{{- end }}

{{/* Asks the watch in its own container, without the network. */}}
{{- define "keykeeper.probe" -}}
["/nodejs/bin/node", "--disable-sigusr1", "/app/main.js", "healthcheck", "{{ . }}"]
{{- end }}
