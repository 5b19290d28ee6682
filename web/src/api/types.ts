import type { Attached } from '../files/attached'
import type { Meta, Suggestion } from '../models/stored'
import type { Annotation } from '../ratings/rating'
import type { Source } from '../sources/sources'
import type { components } from './schema'

/** Shapes of the wire under the names that the client uses; written by hand where the document has none. Times are seconds. */

type Schemas = components['schemas']

export type Session = Schemas['SessionUserInfoResponse']
export type Challenge = Schemas['MfaChallengeResponse']
export type FactorSetup = Schemas['MfaSetupResponse']
export type Enrolled = Schemas['MfaEnrollmentResponse']
export type Onboarding = Schemas['Onboarding']
export type ApiKey = Schemas['ApiKey']
export type ChatSummary = Schemas['ChatTitleIdResponse']
export type Tag = Schemas['TagModel']
export type SharedChat = Schemas['SharedChatResponse']
export type Folder = Schemas['FolderNameIdResponse']
/** A folder of somebody else. */
export type SharedFolder = Pick<Folder, 'id' | 'name'> & { user: { id: string; name: string } | null }
export type UserRow = Schemas['UserGroupIdsModel']
export type AdminConfig = Schemas['AdminConfig']
export type OpenAiConfig = Schemas['OpenAIConfigForm']
export type OllamaConfig = Schemas['OllamaConfigForm']
export type LdapServer = Schemas['LdapServerConfig']
export type OAuthConfig = Schemas['OAuthConfigResponse']
export type CodeConfig = Schemas['CodeInterpreterConfigForm']
export type ConnectionsConfig = Schemas['ConnectionsConfigForm']
export type TaskConfig = Schemas['TaskConfigForm']
export type ModelsConfig = Schemas['ModelsConfigForm']
export type Banner = Schemas['BannerModel']

/** What a sign-in leads to: a session, a step that is to be done before, or waiting for an administrator. */
export type SignedIn = Schemas['SessionUserResponse'] | Challenge | { next_step: 'pending' }

export interface PageConfig {
  name: string
  version: string
  onboarding?: boolean
  /** Other places where people may prove who they are: label by name. */
  oauth?: { providers?: Record<string, string>; auto_redirect?: boolean }
  features: {
    auth: boolean
    enable_signup?: boolean
    enable_login_form?: boolean
    /** People may sign in with an account of a directory. */
    enable_ldap?: boolean
    enable_websocket?: boolean
    enable_api_keys?: boolean
    enable_folders?: boolean
    /** Files of one folder; empty for any number. */
    folder_max_file_count?: number | string | null
    enable_password_change_form?: boolean
    enable_message_rating?: boolean
    /** Administrators may take everybody's data along. */
    enable_admin_export?: boolean
    enable_web_search?: boolean
    /** People agree first that their questions leave the server. */
    enable_web_search_confirmation?: boolean
    web_search_confirmation_content?: string | null
    enable_image_generation?: boolean
    enable_memories?: boolean
    enable_notes?: boolean
    /** People may be asked before a tool is called. */
    enable_tool_permissions?: boolean
    enable_admin_analytics?: boolean
    /** How a message goes on is suggested while it is written. */
    enable_autocomplete_generation?: boolean
    /** People may say what they are doing. */
    enable_user_status?: boolean
    /** People may run the code of a reply. */
    enable_code_execution?: boolean
  }
  /** Where code runs: `jupyter`, or in the browser. */
  code?: { engine?: string | null }
  file?: {
    /** Megabytes. */
    max_size?: number | null
    /** Of one message. */
    max_count?: number | null
    /** Points that no picture goes beyond. */
    image_compression?: { width?: number | null; height?: number | null }
  }
  /** What reads aloud and what writes down; empty: the browser. */
  audio?: { tts?: { engine?: string | null; split_on?: string | null }; stt?: { engine?: string | null } }
  /** Questions to begin with, where a model has none of its own. */
  default_prompt_suggestions?: Suggestion[] | null
  default_prompt_suggestions_i18n?: Record<string, unknown> | null
  /** Ids with commas between: chosen, and put first, for people who did not choose yet. */
  default_models?: string | null
  default_pinned_models?: string | null
  ui?: {
    pending_user_overlay_title?: string | null
    pending_user_overlay_content?: string | null
    /** Follows a copied reply. */
    response_watermark?: string | null
  }
}

export interface Model {
  id: string
  name: string
  owned_by: string
  /** Made by somebody over another model. */
  preset?: boolean
  tags?: { name: string }[]
  /** What is stored about it. */
  info?: { meta?: Meta }
}

/** A model that an Ollama server has on its disk. */
export interface OllamaModel {
  name: string
  /** Bytes. */
  size?: number
  details?: { parameter_size?: string; quantization_level?: string }
}

/** What a server of models offers. */
export interface Verified {
  data?: unknown[]
}

/** Where the replies to a question appear. */
export interface Begun {
  chat_id: string
}

/** One item of a reply, as in OpenAI's Responses API. */
export interface OutputItem {
  type: string
  id: string
  status?: string
  content?: { type: string; text: string }[]
  name?: string
  call_id?: string
  arguments?: string
  output?: { type: string; text?: string }[]
  duration?: number
}

export interface Message {
  id: string
  parentId: string | null
  childrenIds: string[]
  role: 'user' | 'assistant' | 'system'
  content: string
  output?: OutputItem[]
  model?: string
  /** The model behind the one that was asked, where that draws one. */
  selectedModelId?: string
  models?: string[]
  done?: boolean
  error?: { content: unknown } | boolean
  followUps?: string[]
  statusHistory?: { description?: string; action?: string; queries?: string[]; count?: number; done?: boolean; error?: boolean }[]
  /** What it rests on. */
  sources?: Source[]
  files?: Attached[]
  usage?: Record<string, unknown>
  timestamp?: number
  /** What the reader said of it, and where that is collected. */
  annotation?: Annotation | undefined
  feedbackId?: string | undefined
}

/** The document leaves the chat object open. */
export type Chat = Omit<Schemas['ChatResponse'], 'chat'> & {
  chat: {
    models?: string[]
    params?: Record<string, unknown> | null
    /** What was attached, but for pictures. */
    files?: Attached[] | null
    history: { messages: Record<string, Message>; currentId: string | null }
  }
}

/** What a link to a chat shows: a copy, or the chat itself. */
export type Shown = Chat & { chat: { share_mode?: 'continue' | null; write_access?: boolean } }

/** The document leaves what a group allows and how it is set up open. */
export type Group = Omit<Schemas['GroupModel'], 'permissions' | 'data'> & {
  member_count?: number | null
  permissions?: Record<string, Record<string, boolean>> | null
  data?: { config?: Record<string, unknown> } | null
}

/** `events` of the socket. */
export interface Envelope {
  chat_id: string
  message_id?: string
  seq?: number
  shared?: boolean
  user_id?: string
  /** Who it comes from, where that is a person. */
  user?: { id: string; name: string }
  data: { type: string; data?: unknown }
}
