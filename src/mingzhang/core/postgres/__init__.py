"""The embedded PostgreSQL: one server per data folder, there as long as anyone uses it.

`launcher.join` is called by every process that wants the database. A *client* holds a shared `flock` for its life;
the kernel frees it however the process ends. One *keeper* process has the server as its child, restarts it if it
falls, and stops it when it gets that lock exclusively: when no client is left. If the keeper itself is killed, the
kernel interrupts the server (PR_SET_PDEATHSIG). Nothing is reached by TCP: the socket lies in a folder that only
its owner may enter, and peer authentication lets in nobody but this user and, under root, the server's own account.
"""
