{{- define "airis.name" -}}
{{- if contains "airis" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-airis" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "airis.selector" -}}
app.kubernetes.io/name: airis
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "airis.labels" -}}
{{ include "airis.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "airis.secret" -}}
{{ .Values.secrets.existingSecret | default (include "airis.name" .) }}
{{- end }}

{{- define "airis.claim" -}}
{{ .Values.persistence.existingClaim | default (include "airis.name" .) }}
{{- end }}

{{/* Whether there may be several instances. */}}
{{- define "airis.several" -}}
{{- if or .Values.autoscaling.enabled (gt (int .Values.replicas) 1) }}yes{{ end }}
{{- end }}

{{/* Whether the database is a server. With a secret of one's own, several instances say so. */}}
{{- define "airis.postgres" -}}
{{- if or .Values.secrets.databaseUrl (and .Values.secrets.existingSecret (include "airis.several" .)) }}yes{{ end }}
{{- end }}
