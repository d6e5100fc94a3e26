"""The viewer's own texts. Texts of a contract stay in the contract's language."""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    "id": {
        "docs": "Dokumentasi API",
        "lead": "Satu mesin pesanan di balik semua loket. Setiap loket mengikuti kontrak yang dikenal klien Anda.",
        "open": "Buka dokumentasi",
        "download": "Unduh openapi.yaml",
        "contents": "Daftar isi",
        "auth": "Kunci",
        "parameters": "Parameter",
        "request": "Isi permintaan",
        "answers": "Jawaban",
        "fields": "Isian",
        "example": "Contoh",
        "try": "Coba dengan curl",
        "required": "wajib",
        "default": "bawaan",
        "one_of": "salah satu dari",
        "headers": "Header",
        "version": "versi",
        "skip": "Langsung ke isi",
        "home": "Semua loket",
    },
    "en": {
        "docs": "API documentation",
        "lead": "One order engine behind all counters. Each speaks a contract that your clients already know.",
        "open": "Open the documentation",
        "download": "Download openapi.yaml",
        "contents": "Contents",
        "auth": "Keys",
        "parameters": "Parameters",
        "request": "Request body",
        "answers": "Answers",
        "fields": "Fields",
        "example": "Example",
        "try": "Try it with curl",
        "required": "required",
        "default": "default",
        "one_of": "one of",
        "headers": "Headers",
        "version": "version",
        "skip": "Skip to the content",
        "home": "All counters",
    },
}
