"""Drives a bureau's six methods with zeep, generated from its WSDL alone: no plugin, no special case.

Arguments: the server's address, the provider's id, user name, password, AES key and IV in hexadecimal digits, and the
XML file to upload. Prints one JSON object with what came back. The envelope (zip, MD5, AES, base64) is built with the
standard library and openssl, and what comes back is parsed with lxml.
"""

import base64
import hashlib
import io
import json
import subprocess
import sys
import zipfile

import zeep
from lxml import etree

SERVER, ISP, USER, PASSWORD, KEY, IV, UPLOAD = sys.argv[1:]
RANDOM = "abcdefghijklmnopqrst"


def service(path):
    return zeep.Client(f"{SERVER}{path}?wsdl").service


def account():
    digest = hashlib.md5((PASSWORD + RANDOM).encode("gbk")).digest()
    return {"userName": USER, "randVal": RANDOM, "pwdHash": base64.b64encode(digest).decode()}


def openssl(data, *direction):
    command = ["openssl", "enc", "-aes-128-cbc", "-K", KEY, "-iv", IV, *direction]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def answer(text):
    """The return document; its declaration names GBK although the text has long been Unicode."""
    return etree.fromstring(text.replace('encoding="GBK"', 'encoding="UTF-8"').encode("utf-8"))


def unpack(element):
    data = base64.b64decode(element.findtext("beianInfo"))
    if element.findtext("encryptAlgorithm") == "1":
        data = openssl(data, "-d")
    assert base64.b64encode(hashlib.md5(data).digest()).decode() == element.findtext("beianInfoHash").strip()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        [name] = archive.namelist()
        return name, etree.fromstring(archive.read(name))


def main():
    transfer = service("/ISPWebService/upDownLoad")
    status = service("/BeianStatusWebService/queryBeianStatus")
    password = service("/BeianStatusWebService/verifyBamm")
    told = {}

    with open(UPLOAD, "rb") as file:
        xml = file.read()
    etree.fromstring(xml)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("beianinfo.xml", xml)
    zipped = packed.getvalue()
    upload = dict(
        account(),
        ispID=int(ISP),
        beianInfo=base64.b64encode(openssl(zipped)).decode(),
        beianInfoHash=base64.b64encode(hashlib.md5(zipped).digest()).decode(),
        dataSequence=1,
        encryptAlgorithm=1,
        hashAlgorithm=0,
        compressionFormat=0,
    )
    told["upload"] = answer(transfer.isp_upload(**upload)).findtext("msg_code")

    previous = answer(transfer.isp_querypreviousupload(ispId=int(ISP), hashAlgorithm=0, **account()))
    told["previous"] = previous.findtext("dataSequence") or previous.findtext("fileInfos/dataSequence")
    _, sent = unpack(previous.find("fileInfos"))
    told["previous_root"] = sent.tag

    download = answer(transfer.isp_download(ispID=int(ISP), hashAlgorithm=0, **account()))
    told["download"] = download.findtext("msg_code")
    file = download.find("fileInfos")
    name, data = unpack(file)
    told["entry_is_file_name"] = name == file.findtext("return_FileName")
    told["version"] = data.get("version")
    told["codes"] = [element.text for element in data.iter("Jgdm")]
    told["texts"] = [element.text for element in data.iter("Dmms")]
    acknowledged = transfer.isp_downloadack(ispID=int(ISP), hashAlgorithm=0, fileName=name, **account())
    told["acknowledge"] = answer(acknowledged).findtext("msg_code")

    asked = status.isp_querybeianstatus(
        ispID=int(ISP), hashAlgorithm=0, queryConditionType=0, queryCondition="yunshan-tech.cn", **account()
    )
    told["status"] = answer(asked).findtext("StatusInfo/Bazt")
    verified = password.isp_verifybamm(ispID=int(ISP), hashAlgorithm=0, baxh="浙ICP备2026000001号", bamm="x", **account())
    told["password"] = answer(verified).findtext("msg_code")
    print(json.dumps(told))


main()
