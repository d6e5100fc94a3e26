"""What to do about each finding, in Bahasa Indonesia and in English."""

from __future__ import annotations

from typing import Final

from gerai.doctor.diagnosis import Advice

SETTINGS: Final = Advice(
    "Perbaiki pengaturan yang disebut; `gerai settings` menampilkan semuanya.",
    "Correct the setting that is named; `gerai settings` lists all of them.",
)
PUBLIC_ADDRESS: Final = Advice(
    "Isi http.public_base_url dengan alamat https yang dipakai pembeli.",
    "Set http.public_base_url to the https address buyers use.",
)
PROXIES: Final = Advice(
    "Pasang nginx atau Caddy di depan dan sebutkan di http.trusted_proxies (docs/how-to/production.md).",
    "Put nginx or Caddy in front and name it in http.trusted_proxies (docs/how-to/production.md).",
)
LOOPBACK: Final = Advice(
    "Matikan webhooks.allow_loopback: server yang dapat dijangkau orang lain tidak boleh memanggil dirinya sendiri.",
    "Switch webhooks.allow_loopback off: a server that others reach must not call its own machine.",
)
OLD_PROGRAM: Final = Advice(
    "Pasang versi yang disebut: Python 3.11 dan PostgreSQL 15, atau yang lebih baru.",
    "Install what is named: Python 3.11 and PostgreSQL 15, or newer ones.",
)
OPEN_FILES: Final = Advice(
    "Naikkan batas berkas terbuka server (systemd: LimitNOFILE=, shell: ulimit -Hn), atau turunkan server.connections.",
    "Let the server open more files (systemd: LimitNOFILE=, a shell: ulimit -Hn), or lower server.connections.",
)
NO_DATABASE: Final = Advice(
    "Periksa apakah PostgreSQL berjalan dan DATABASE_URL (atau --data) benar; server dan worker akan lanjut sendiri.",
    "Look whether PostgreSQL runs and DATABASE_URL (or --data) names it; servers and workers go on by themselves.",
)
NO_FOLDER: Final = Advice(
    "Sebutkan folder data yang benar dengan --data; jika memang belum ada, `gerai up` membuatnya.",
    "Name the data folder that is meant with --data; when there is none yet, `gerai up` makes it.",
)
READ_ONLY: Final = Advice(
    "Arahkan DATABASE_URL ke server utama (primary): yang ini hanya dapat dibaca.",
    "Let DATABASE_URL name the primary: this one can only be read.",
)
CANNOT_WRITE: Final = Advice(
    "Lihat log PostgreSQL; jika disknya penuh, kosongkan dulu.",
    "Read PostgreSQL's log; when its disk is full, make room first.",
)
CONNECTIONS: Final = Advice(
    "Naikkan max_connections PostgreSQL, atau kurangi proses (server.workers, engine.reads_pool_size).",
    "Raise PostgreSQL's max_connections, or run fewer processes (server.workers, engine.reads_pool_size).",
)
TIME_LIMITS: Final = Advice(
    "Pulihkan batas waktu database.* ; jika lewat PgBouncer, izinkan parameter `options` diteruskan.",
    "Put the limits of database.* back; behind PgBouncer, let the start-up parameter `options` through.",
)
DURABILITY: Final = Advice(
    "Nyalakan fsync, full_page_writes dan synchronous_commit: tanpa itu pesanan hilang bila listrik padam.",
    "Switch fsync, full_page_writes and synchronous_commit on: without them a power cut loses orders.",
)
MIGRATE: Final = Advice("Jalankan `gerai migrate`.", "Run `gerai migrate`.")
RESTORE_AGAIN: Final = Advice(
    "Jalankan lagi `gerai restore` dengan cadangan yang sama, atau siapkan database kosong.",
    "Run `gerai restore` again with the same backup, or make an empty database.",
)
OLD_GERAI: Final = Advice(
    "Pasang lagi versi Gerai yang memakai database ini: versi di sini lebih lama.",
    "Install the version of Gerai that this database was used with: the one here is older.",
)
DISK: Final = Advice(
    "Kosongkan disk atau perbesar sebelum penuh: database yang penuh tidak menerima pesanan.",
    "Make room, or enlarge the disk, before it is full: a full database takes no orders.",
)
CLOCK: Final = Advice(
    "Samakan jam kedua mesin dengan satu server waktu (chrony, systemd-timesyncd).",
    "Let both machines follow one time server (chrony, systemd-timesyncd).",
)
KEYS_END: Final = Advice(
    "Buat kunci baru dengan `gerai keys create` dan pasang di klien sebelum yang lama habis.",
    "Make a new key with `gerai keys create` and give it to the client before the old one ends.",
)
LOCKED_OUT: Final = Advice(
    "Buat kunci production baru dengan `gerai keys create`; jika tokonya memang tutup, abaikan.",
    "Make a new production key with `gerai keys create`; where the shop is closed on purpose, leave it.",
)
NO_SEAL_KEY: Final = Advice(
    "Isi webhooks.seal_key dengan kunci yang dulu dipakai (atau kembalikan seal.key dari cadangan).",
    "Set webhooks.seal_key to the key that was used before (or put seal.key back from a backup).",
)
START_WORKER: Final = Advice(
    "Jalankan `gerai work` (atau `gerai up`); jika berjalan, baca task.ended di lognya lalu mulai ulang.",
    "Start `gerai work` (or `gerai up`); where it runs, read task.ended in its log and start it again.",
)
MORE_WORKERS: Final = Advice(
    "Pastikan worker berjalan; jika sudah, tambah satu `gerai work`.",
    "Make sure that a worker runs; if it does, start one more `gerai work`.",
)
FAILED_JOBS: Final = Advice(
    "Cari pesanannya di log, lalu selesaikan dengan `gerai orders` atau `gerai payments`.",
    "Look for the orders in the log, then finish them with `gerai orders` or `gerai payments`.",
)
ASK_PROVIDER: Final = Advice(
    "Tanyakan kepada penyedia apa yang terjadi, lalu `gerai orders complete` atau `gerai orders fail`.",
    "Ask the provider what became of it, then `gerai orders complete` or `gerai orders fail`.",
)
BACKUP_FAILED: Final = Advice(
    "Hilangkan sebab yang disebut (ruang disk, folder, berkas sandi), lalu jalankan `gerai backup`.",
    "Remove the reason that is named (room on the disk, folder, passphrase file), then run `gerai backup`.",
)
BACKUP_OLD: Final = Advice(
    "Jalankan `gerai backup` sekarang, dan pastikan worker berjalan: dialah yang membuatnya tiap hari.",
    "Run `gerai backup` now, and make sure that a worker runs: it makes one every day.",
)
LOCKS: Final = Advice(
    "Akhiri sesi yang disebut dengan SELECT pg_terminate_backend(pid), setelah tahu siapa pemiliknya.",
    "End the session that is named with SELECT pg_terminate_backend(pid), once you know whose it is.",
)
ENDPOINTS: Final = Advice(
    "Hubungi pemilik alamat itu; setelah menjawab lagi, kirim ulang dengan `gerai webhooks replay`.",
    "Ask whoever runs the address; once it answers again, send what it missed with `gerai webhooks replay`.",
)
SEALED_ENDPOINTS: Final = Advice(
    "Kembalikan kuncinya (lihat Seal key); kirim ulang yang telanjur gagal dengan `gerai webhooks replay`.",
    "Put the key back (see Seal key); what was given up meanwhile `gerai webhooks replay` sends again.",
)
PARTNERS: Final = Advice(
    "Periksa apakah mesin ini dapat menghubungi mitra yang disebut (DNS, firewall, gangguan di sana).",
    "Look whether this machine reaches the partner that is named (DNS, firewall, an outage there).",
)
BOOKS_BROKEN: Final = Advice(
    "Jalankan `gerai check`, yang menyebut barisnya, sebelum mengubah apa pun.",
    "Run `gerai check`, which names the rows, before anything else is changed.",
)
BOOKS_UNCHECKED: Final = Advice(
    "Jalankan `gerai check`, yang menyebut sebabnya; di log: books.not_checked.",
    "Run `gerai check`, which names the reason; in the log: books.not_checked.",
)
BOOKS_OLD: Final = Advice(
    "Jalankan `gerai doctor --books` atau `gerai check`, dan pastikan worker berjalan.",
    "Run `gerai doctor --books` or `gerai check`, and make sure that a worker runs.",
)
AGAIN: Final = Advice(
    "Jalankan `gerai doctor` lagi; jika tetap begini, lihat kunci (locks) dan log PostgreSQL.",
    "Run `gerai doctor` again; when it stays so, look at the locks and at PostgreSQL's log.",
)
