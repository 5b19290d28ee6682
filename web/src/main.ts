import { mount } from 'svelte'
import './app/insecure'
import './app/app.css'
import App from './app/App.svelte'
import { takeShared } from './composer/drafts'
import { register } from './offline/register'

takeShared()
const target = document.getElementById('app')
if (target) mount(App, { target })
register()
