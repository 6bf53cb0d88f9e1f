"""
Ends TLS before a Temporal that speaks none: who shows no certificate of the authority is turned away.
"""

import asyncio
import ssl

FILES = "/etc/frontdoor"
UPSTREAM = ("temporal-frontend", 7233)


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """
    Copy bytes until one side ends.
    """
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass  # the other direction ends as well
    finally:
        writer.close()


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """
    Join a caller with the server.
    """
    there = await asyncio.open_connection(*UPSTREAM)
    print("joined", dict(one[0] for one in writer.get_extra_info("peercert")["subject"]), flush=True)
    await asyncio.gather(pour(reader, there[1]), pour(there[0], writer))


async def main() -> None:
    """
    Listen until the pod ends.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=f"{FILES}/ca.crt")
    context.load_cert_chain(f"{FILES}/tls.crt", f"{FILES}/tls.key")
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    server = await asyncio.start_server(carry, "0.0.0.0", 7233, ssl=context)
    await server.serve_forever()


asyncio.run(main())
