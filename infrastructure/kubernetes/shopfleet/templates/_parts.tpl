{{- /* Used with a dict of the chart's root, and the name of a part and its values. */ -}}

{{- define "shopfleet.labels" -}}
{{ include "shopfleet.selector" . }}
app.kubernetes.io/name: shopfleet
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: shopfleet
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{- define "shopfleet.selector" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "shopfleet.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ with .Values.image.digest }}@{{ . }}{{ end }}
{{- end -}}

{{- define "shopfleet.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "shopfleet.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- /* Settings of every service: where the others are, and what the values say for all. */ -}}
{{- define "shopfleet.settings" -}}
{{- range $other, $part := .Values.parts }}
{{- if and (eq $part.kind "service") (ne $other "gateway") }}
{{ upper $other }}_URL: http://{{ $.Release.Name }}-{{ $other }}:{{ $part.port }}
{{- end }}
{{- end }}
SHUTDOWN_TIMEOUT_MS: {{ mul .Values.rollout.shutdownSeconds 1000 | quote }}
LINGER_MS: {{ mul .Values.rollout.lingerSeconds 1000 | quote }}
GATEWAY_ADDRESSES: {{ .Values.trustedProxies | quote }}
{{- with .Values.kafka }}{{ if .brokers }}
KAFKA_BROKERS: {{ .brokers | quote }}
KAFKA_TLS: {{ .tls | quote }}
KAFKA_USERNAME: {{ .username | quote }}
{{- end }}{{ end }}
{{- with .Values.tracing.endpoint }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ . | quote }}
{{- end }}
{{- range $name, $value := .Values.settings }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- /* Environment of secrets: files of the part's own Secret, or where Vault is and who asks it. */ -}}
{{- define "shopfleet.secretEnv" -}}
{{- $values := .root.Values }}
{{- if $values.trustedAuthorities.configMap }}
- { name: NODE_EXTRA_CA_CERTS, value: /etc/shopfleet/authorities/{{ $values.trustedAuthorities.key }} }
{{- end }}
{{- if eq .part.kind "demo" }}
{{- range .part.secrets }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ $.root.Release.Name }}-{{ $.name }}, key: {{ . }} } }
{{- end }}
{{- else if .part.secrets }}
{{- if $values.vault.address }}
- { name: VAULT_ADDR, value: {{ $values.vault.address | quote }} }
- { name: VAULT_PATH, value: {{ $values.vault.path }}/{{ .name }} }
- { name: VAULT_KUBERNETES_ROLE, value: {{ $values.vault.rolePrefix }}-{{ .name }} }
- { name: VAULT_KUBERNETES_TOKEN_PATH, value: /run/secrets/vault/token }
{{- else }}
{{- range concat .part.secrets (.part.moreSecrets | default list) }}
- { name: {{ . }}_FILE, value: /run/secrets/shopfleet/{{ . }} }
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "shopfleet.mounts" -}}
- { name: tmp, mountPath: /tmp }
{{- if .root.Values.trustedAuthorities.configMap }}
- { name: authorities, mountPath: /etc/shopfleet/authorities, readOnly: true }
{{- end }}
{{- if or (eq .part.kind "demo") (and .part.keepsFiles (not .root.Values.files.bucketUrl)) }}
- { name: data, mountPath: /data }
{{- end }}
{{- if and .part.secrets (ne .part.kind "demo") }}
{{- if .root.Values.vault.address }}
- { name: vault, mountPath: /run/secrets/vault, readOnly: true }
{{- else }}
- { name: secrets, mountPath: /run/secrets/shopfleet, readOnly: true }
{{- end }}
{{- end }}
{{- end -}}

{{- define "shopfleet.volumes" -}}
- { name: tmp, emptyDir: { sizeLimit: 64Mi } }
{{- with .root.Values.trustedAuthorities }}
{{- if .configMap }}
- { name: authorities, configMap: { name: {{ .configMap }} } }
{{- end }}
{{- end }}
{{- if eq .part.kind "demo" }}
- { name: data, emptyDir: {} }
{{- else if and .part.keepsFiles (not .root.Values.files.bucketUrl) }}
- name: data
  persistentVolumeClaim: { claimName: {{ .root.Release.Name }}-files-of-{{ .name }} }
{{- end }}
{{- if and .part.secrets (ne .part.kind "demo") }}
{{- if .root.Values.vault.address }}
- name: vault
  projected:
    sources:
      - serviceAccountToken: { path: token, audience: {{ .root.Values.vault.audience }}, expirationSeconds: 3600 }
{{- else }}
- name: secrets
  secret:
    secretName: {{ .root.Release.Name }}-{{ .name }}
    defaultMode: 0440
    items:
      {{- range concat .part.secrets (.part.moreSecrets | default list) }}
      - { key: {{ . }}, path: {{ . }} }
      {{- end }}
{{- end }}
{{- end }}
{{- end -}}
