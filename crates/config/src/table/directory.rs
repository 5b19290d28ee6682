//! Sign-in with an account of an LDAP directory.

use crate::variable::{Variable, flag, int, text};

pub(super) const VARIABLES: &[Variable] = &[
    flag("ENABLE_LDAP", false).key("ldap.enable").doc("Sign-in with an account of the directory"),
    text("LDAP_SERVER_LABEL", "LDAP Server").key("ldap.server.label").doc("Name of the directory that people see"),
    text("LDAP_SERVER_HOST", "localhost")
        .key("ldap.server.host")
        .doc("Its host; `ldaps://` before it means TLS from the start, `ldap://` with TLS on means StartTLS"),
    int("LDAP_SERVER_PORT", "389").key("ldap.server.port").doc("Its port; at 389 TLS begins with StartTLS"),
    text("LDAP_ATTRIBUTE_FOR_MAIL", "mail").key("ldap.server.attribute_for_mail").doc("Attribute holding the email"),
    text("LDAP_DEFAULT_EMAIL_DOMAIN", "")
        .key("ldap.server.default_email_domain")
        .doc("Domain of the email of people who have none in the directory"),
    text("LDAP_ATTRIBUTE_FOR_USERNAME", "uid")
        .key("ldap.server.attribute_for_username")
        .doc("Attribute holding the name that people sign in with"),
    text("LDAP_APP_DN", "").key("ldap.server.app_dn").doc("Account that looks people up; empty: anonymous"),
    text("LDAP_APP_PASSWORD", "").key("ldap.server.app_password").doc("Password of that account"),
    text("LDAP_SEARCH_BASE", "").key("ldap.server.users_dn").doc("Where in the directory people are"),
    text("LDAP_SEARCH_FILTER", "")
        .or("LDAP_SEARCH_FILTERS")
        .key("ldap.server.search_filter")
        .doc("Filter in brackets that people must match as well"),
    flag("LDAP_USE_TLS", true).key("ldap.server.use_tls").doc("Encrypt the connection"),
    text("LDAP_CA_CERT_FILE", "")
        .key("ldap.server.ca_cert_file")
        .doc("PEM file of the authorities to trust; empty: those of the system"),
    flag("LDAP_VALIDATE_CERT", true)
        .key("ldap.server.validate_cert")
        .doc("`false` accepts any certificate, so that anybody on the way can read passwords"),
    text("LDAP_CIPHERS", "ALL").key("ldap.server.ciphers").doc("Kept; TLS here has strong ciphers only"),
    flag("ENABLE_LDAP_GROUP_MANAGEMENT", false)
        .key("ldap.group.enable_management")
        .doc("People are in the groups that the directory says, and in no others"),
    flag("ENABLE_LDAP_GROUP_CREATION", false).key("ldap.group.enable_creation").doc("Make groups that are missing"),
    text("LDAP_ATTRIBUTE_FOR_GROUPS", "memberOf")
        .key("ldap.server.attribute_for_groups")
        .doc("Attribute holding the groups of a person"),
];
