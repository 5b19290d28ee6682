import { File, FileArchive, FileCode, FileImage, FileMusic, FilePlay, FileSpreadsheet, FileText, Library, StickyNote } from '@lucide/svelte'
import type { Component } from 'svelte'

const KINDS: [RegExp, Component<{ size?: number }>][] = [
  [/^note$/, StickyNote],
  [/^collection$/, Library],
  [/^image\//, FileImage],
  [/^audio\//, FileMusic],
  [/^video\//, FilePlay],
  [/csv|spreadsheet|excel/, FileSpreadsheet],
  [/zip|compressed|x-tar|gzip/, FileArchive],
  [/json|javascript|xml|x-(python|rust|sh|c)\b|html|css/, FileCode],
  [/^text\/|pdf|word|document|rtf/, FileText],
]

/** A picture of a file's kind. */
export const iconOf = (kind: string | null): Component<{ size?: number }> => KINDS.find(([fits]) => fits.test(kind ?? ''))?.[1] ?? File
