"""Makes a full upload of 1000 records, and times its packing and unpacking with lxml, zipfile and hashlib beside beian's."""

import base64
import hashlib
import io
import json
import os
import random
import subprocess
import sys
import time
import zipfile

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree

KEY, IV = b"0123456789abcdef", b"0102030405060708"
ENTRY = "beianinfo.xml"
RECORDS = 1000


def add(parent, tag, text=None):
    element = etree.SubElement(parent, tag)
    if text is not None:
        element.text = str(text)
    return element


def person(parent, tag, number):
    group = add(parent, tag)
    add(group, "Fzr_xm", "周云")
    add(group, "Fzr_dhhm", "0571-88880000")
    add(group, "Fzr_sjhm", f"138{number:08}")
    add(group, "Fzr_dzyj", f"zhou{number}@yunshan-tech.cn")
    add(group, "Fzr_zjlx", 2)
    add(group, "Fzr_zjhm", "330106199001010018")


def document():
    """1000 first filings, each with one site and a paper of about 36 KB; near the 50 MB that one file may have."""
    chance = random.Random(20261125)
    root = etree.Element("UploadData", version="V.3.0")
    icp = add(root, "ICP")
    operation = add(icp, "XZBA")
    for n in range(1, RECORDS + 1):
        filing = add(operation, "Baxx")
        subject = add(filing, "Zt_xx")
        add(subject, "IspZtid", n)
        add(subject, "Dwmc", f"云杉科技（杭州）第{n}有限公司")
        add(subject, "Dwxz", 4)
        address = add(subject, "Txdz")
        for tag, code in [("Shengid", 330000), ("Shiid", 330100), ("Xianid", 330106)]:
            add(address, tag, code)
        add(address, "Xxdz", "浙江省杭州市西湖区云栖路1号3幢502室")
        credential = add(subject, "Zj")
        add(credential, "Zjlx", 1)
        add(credential, "Zjhm", "91330106MA2K0XXX7Q")
        add(credential, "Zjzs", "浙江省杭州市西湖区云栖路1号3幢502室")
        person(subject, "Fzr", n)
        add(subject, "Bbfs", 1)
        site = add(filing, "Wz_xx")
        add(site, "IspWzid", n)
        add(site, "Wzmc", "云杉科技官网")
        add(add(site, "Fwnr"), "Fwnr_id", 8)
        add(add(site, "Yylb"), "Yylb_id", 1)
        domain = add(site, "Ym_xx")
        add(domain, "IspYmid", n)
        add(domain, "Ym", f"yunshan-{n}.cn")
        access = add(site, "Jr_xx")
        add(access, "IspJrid", n)
        add(add(access, "Wzfb"), "Fbdd", 34)
        add(add(access, "Wzjrfs"), "Jrfs", 5)
        ip = add(access, "Ip_xx")
        add(ip, "IspIpid", n)
        add(ip, "Qsip", 3405803800)
        add(ip, "Zzip", 3405803800)
        person(site, "Wz_Fzr", n)
        add(site, "Syurl", f"www.yunshan-{n}.cn")
        paper = add(add(filing, "Fj"), "Fjxx")
        add(paper, "Fjwjgs", 1)
        add(paper, "Fjyt", 2)
        add(paper, "Fjnr", base64.b64encode(chance.randbytes(36_000)).decode())
        owner = add(paper, "Fjssdx")
        add(owner, "Ssdxlx", 1)
        add(owner, "Ssdxbs", n)
    add(icp, "Qqdwid", 110000000001)
    return root


def written(root):
    return etree.tostring(root, encoding="GBK", xml_declaration=True)


def pack(root, cipher):
    xml = written(root)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(ENTRY, xml)
    data = buffer.getvalue()
    digest = base64.b64encode(hashlib.md5(data).digest())
    if cipher:
        padder = padding.PKCS7(128).padder()
        encryptor = Cipher(algorithms.AES(KEY), modes.CBC(IV)).encryptor()
        data = encryptor.update(padder.update(data) + padder.finalize()) + encryptor.finalize()
    return base64.b64encode(data), digest


def unpack(info, digest, cipher):
    data = base64.b64decode(info)
    if cipher:
        decryptor = Cipher(algorithms.AES(KEY), modes.CBC(IV)).decryptor()
        unpadder = padding.PKCS7(128).unpadder()
        data = unpadder.update(decryptor.update(data) + decryptor.finalize()) + unpadder.finalize()
    assert base64.b64encode(hashlib.md5(data).digest()) == digest
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        [name] = archive.namelist()
        xml = archive.read(name)
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, huge_tree=True))
    # What beian does as well: every paper as the bytes it is.
    papers = [base64.b64decode(element.text) for element in root.iter("Fjnr")]
    return root, papers


def best(act):
    times = []
    for _ in range(3):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return min(times)


def beian(bench, file, *words):
    command = [*bench, file, *words]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def main():
    folder, *bench = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    # cargo runs a benchmark in the folder of its crate.
    file = os.path.abspath(os.path.join(folder, "full.xml"))
    root = document()
    with open(file, "wb") as out:
        out.write(written(root))
    size = os.path.getsize(file)
    ours = {line["cipher"]: line for line in beian(bench, file)}
    print(f"\n## One file of {RECORDS} records, {size / 1e6:.1f} MB: beian beside lxml {etree.__version__}, zipfile and hashlib\n")
    print("| what | beian | Python | ratio |\n|---|---:|---:|---:|")
    for name, is_encrypted in [("plain", False), ("aes", True)]:
        info, digest = pack(root, is_encrypted)
        theirs, papers = unpack(info, digest, is_encrypted)
        filings = theirs.findall(".//Baxx")
        last = filings[-1].findtext("Zt_xx/Dwmc")
        assert (len(filings), last) == (ours[name]["records"], ours[name]["last"]), "both must read the same"
        assert len(papers) == RECORDS
        packing = best(lambda: pack(root, is_encrypted))
        unpacking = best(lambda: unpack(info, digest, is_encrypted))
        for what, mine, other in [("pack", ours[name]["pack"], packing), ("unpack", ours[name]["unpack"], unpacking)]:
            print(f"| {what}, {name} | {mine:.3f} s | {other:.3f} s | {other / mine:.1f} × |")
        print(f"| travels, {name} | {ours[name]['travels'] / 1e6:.1f} MB | {len(info) / 1e6:.1f} MB | |")
    print("\n| peak of the memory | beian | against the XML |\n|---|---:|---:|")
    for what in ["pack", "unpack"]:
        [line] = beian(bench, file, what)
        print(f"| {what} | {line['peak'] / 1e6:.0f} MB | {line['peak'] / size:.2f} × |")


main()
