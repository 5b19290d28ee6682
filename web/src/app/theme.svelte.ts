export type Theme = 'system' | 'light' | 'dark'

const dark = matchMedia('(prefers-color-scheme: dark)')
let chosen = $state<Theme>((localStorage.getItem('theme') as Theme | null) ?? 'system')

function paint(): void {
  document.documentElement.dataset.theme = chosen === 'system' ? (dark.matches ? 'dark' : 'light') : chosen
}

export const theme = (): Theme => chosen

export function setTheme(value: Theme): void {
  chosen = value
  localStorage.setItem('theme', value)
  paint()
}

dark.addEventListener('change', paint)
paint()
