/** Hues that tell slices, branches and sections apart; dark text is readable on each. */
const HUES = ['#8cc5b1', '#9db9ea', '#e6bd7c', '#c8a8e8', '#ea9f97', '#a9cc85', '#82c7da', '#d9a9c4']

/** Mermaid's theme variables for the page's colours and font. */
export function colours(): Record<string, string | boolean> {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  const [text, ground, ink] = [token('text'), token('code-bg'), '#1d1e20']
  return {
    darkMode: document.documentElement.dataset.theme === 'dark',
    useGradient: false,
    dropShadow: 'none',
    fontFamily: getComputedStyle(document.body).fontFamily,
    fontSize: '15px',
    background: ground,
    textColor: text,
    titleColor: text,
    primaryColor: token('accent-soft'),
    primaryBorderColor: token('accent'),
    primaryTextColor: text,
    secondaryColor: token('bg-hover'),
    secondaryTextColor: text,
    tertiaryColor: token('bg-soft'),
    tertiaryTextColor: text,
    lineColor: token('text-soft'),
    gridColor: token('line'),
    edgeLabelBackground: ground,
    actorLineColor: token('text-soft'),
    pieOpacity: '1',
    pieStrokeColor: ground,
    pieOuterStrokeColor: ground,
    pieTitleTextSize: '18px',
    pieSectionTextColor: ink,
    pieLegendTextColor: text,
    ...Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [HUES[at % HUES.length] ?? ink, at] as const).flatMap(([hue, at]) => [
        [`pie${at + 1}`, hue],
        [`cScale${at}`, hue],
        [`cScaleLabel${at}`, ink],
        [`git${at}`, hue],
        [`gitBranchLabel${at}`, ink],
      ]),
    ),
  }
}
