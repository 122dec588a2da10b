"""The demo's mailbox: takes every mail by SMTP and shows it on a page; nothing leaves this machine."""
