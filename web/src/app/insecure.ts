// Browsers offer these on HTTPS and localhost only, and many people serve their own network over plain HTTP.

if (!('randomUUID' in crypto)) {
  Object.defineProperty(crypto, 'randomUUID', {
    value: () => {
      const bytes = crypto.getRandomValues(new Uint8Array(16))
      bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
      bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
      const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    },
  })
}

if (!('clipboard' in navigator)) {
  Object.defineProperty(navigator, 'clipboard', {
    value: {
      writeText(text: string): Promise<void> {
        const write = (event: ClipboardEvent): void => {
          event.clipboardData?.setData('text/plain', text)
          event.preventDefault()
        }
        document.addEventListener('copy', write, { once: true })
        const copied = document.execCommand('copy')
        document.removeEventListener('copy', write)
        return copied ? Promise.resolve() : Promise.reject(new Error('The browser does not allow copying here.'))
      },
    },
  })
}
