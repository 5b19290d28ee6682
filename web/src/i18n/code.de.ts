import type en from './code.en'

const de: Record<keyof typeof en, string> = {
  'code.preview': 'Vorschau',
  'code.showPage': 'Seite zeigen',
  'code.reload': 'Neu laden',
  'code.full': 'Ganze Breite',
  'code.beside': 'Neben den Chat',
  'code.noPreview': 'Die Vorschau öffnet sich nicht. Der Server ist nicht erreichbar, oder seine Content-Security-Policy verbietet es.',
  'code.noRun': 'Der Code kann nicht laufen. Der Server ist nicht erreichbar, oder seine Content-Security-Policy verbietet es.',
  'code.run': 'Ausführen',
  'code.stop': 'Code anhalten',
  'code.output': 'Ausgabe',
  'code.clear': 'Ausgabe schließen',
  'code.runs': 'Läuft…',
  'code.nothing': 'Er lief und gab nichts aus.',
  'code.stopped': 'Angehalten.',
  'code.late': 'Nach {seconds} Sekunden angehalten.',
  'code.more': 'Es kam mehr, als hier steht.',
  'code.line': '(Zeile {line})',
  'code.apart': 'Code läuft hier für sich: ohne eine Seite um ihn und ohne Netz. Für eine ganze HTML-Seite gibt es die Vorschau.',
  'code.picture': 'Bild, das der Code gezeichnet hat',
}

export default de
