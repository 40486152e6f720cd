{{- define "parley.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else if .requireDigest -}}
{{ fail "image.digest is required here: docker buildx imagetools inspect <image> prints it" }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "parley.secret" -}}
{{ required "existingSecret is required: the chart makes no keys and no passwords (values.yaml lists what the Secret holds)" .Values.existingSecret }}
{{- end -}}

{{- define "parley.labels" -}}
app.kubernetes.io/name: parley
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "parley.commonLabels" -}}
app.kubernetes.io/part-of: parley
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- /* One variable from the Secret: name, key of the Secret, optional or not. */ -}}
{{- define "parley.fromSecret" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ include "parley.secret" .root }}
      key: {{ .key }}
      {{- if .optional }}
      optional: true
      {{- end }}
{{- end -}}

{{- define "parley.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "parley.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- /* Which servers each service talks to: nobody else gets an address, or a route. */ -}}
{{- define "parley.stores" -}}
gateway: [redis]
links: [postgres]
sessions: [postgres, redis]
agent-runner: [postgres, redis]
memory: [postgres]
cleanup: [postgres, redis]
{{- end -}}
