"""RFC 4475, 3.1.1: messages that look wrong and are not."""

from tests.unit.channels.sip.torture.build import Torture, head, sdp, with_sdp

ODD_USER = "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
ODD_PASSWORD = "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"
ODD_METHOD = "!interesting-Method0123456789_*+`.%indeed'~"
PRIME_OR_NOT = "= 2**3 * 5**2 но сто девяносто девять - простое"
LONG = "long" * 20
CALLER = "amazinglylongcallername" * 5


def _short_tortuous_invite() -> bytes:
    body = sdp("192.0.2.3", "192.0.2.4")
    return (
        head(
            "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0",
            "TO :",
            " sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n",
            'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
            "  ;",
            "  tag = 98asjd8",
            "MaX-fOrWaRdS: 0068",
            "Call-ID: wsinv.ndaksdj@192.0.2.1",
            f"Content-Length   : {len(body)}",
            "cseq: 0009",
            "  INVITE",
            "Via  : SIP  /   2.0",
            " /UDP",
            "    192.0.2.2;branch=390skdjuw",
            "s :",
            "NewFangledHeader:   newfangled value",
            " continued newfangled value",
            "UnknownHeaderWithUnusualValue: ;;,,;;,;",
            "Content-Type: application/sdp",
            "Route:",
            " <sip:services.example.com;lr;unknownwith=value;unknown-no-value>",
            "v:  SIP  / 2.0  / TCP     spindle.example.com   ;",
            "  branch  =   z9hG4bK9ikj8  ,",
            " SIP  /    2.0   / UDP  192.168.255.111   ; branch=",
            " z9hG4bK30239",
            'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
            "      newvalue ;",
            "  secondparam ; q = 0.33",
        )
        + body
    )


def _wide_range_of_characters() -> bytes:
    return head(
        f"{ODD_METHOD} sip:{ODD_USER}:{ODD_PASSWORD}@example.com SIP/2.0",
        "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~",
        b'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:' + ODD_USER.encode() + b"@example.com>",
        "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>"
        ";fromParam''~+*_!.-%=\"работающий\";tag=_token~1'+`*%!-.",
        "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
        f"CSeq: 139122385 {ODD_METHOD}",
        "Max-Forwards: 255",
        "extensionHeader-!.%*+_`'~:\ufeff大停電",
        "Content-Length: 0",
    )


def _escapes() -> bytes:
    body = sdp("192.0.2.1")
    return (
        head(
            "INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0",
            "To: sip:%75se%72@example.com",
            "From: <sip:I%20have%20spaces@example.net>;tag=938",
            "Max-Forwards: 87",
            "i: esc01.239409asdfakjkn23onasd0-3234",
            "CSeq: 234234 INVITE",
            "Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bKkdjuw",
            "C: application/sdp",
            "Contact:",
            "  <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>",
            f"Content-Length: {len(body)}",
        )
        + body
    )


def _escaped_nulls() -> bytes:
    return head(
        "REGISTER sip:example.com SIP/2.0",
        "To: sip:null-%00-null@example.com",
        "From: sip:null-%00-null@example.com;tag=839923423",
        "Max-Forwards: 70",
        "Call-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd",
        "CSeq: 14398234 REGISTER",
        "Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw",
        "Contact: <sip:%00@host5.example.com>",
        "Contact: <sip:%00%00@host5.example.com>",
        "L:0",
    )


def _percent_that_escapes_nothing() -> bytes:
    return head(
        "RE%47IST%45R sip:registrar.example.com SIP/2.0",
        'To: "%Z%45" <sip:resource@example.com>',
        'From: "%Z%45" <sip:resource@example.com>;tag=f232jadfj23',
        "Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf",
        "Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK209%fzsnel234",
        "CSeq: 29344 RE%47IST%45R",
        "Max-Forwards: 70",
        "Contact: <sip:alias1@host1.example.com>",
        "C%6Fntact: <sip:alias2@host2.example.com>",
        "Contact: <sip:alias3@host3.example.com>",
        "l: 0",
    )


def _no_blank_before_the_bracket() -> bytes:
    return head(
        "OPTIONS sip:user@example.com SIP/2.0",
        "To: sip:user@example.com",
        "From: caller<sip:caller@example.com>;tag=323",
        "Max-Forwards: 70",
        "Call-ID: lwsdisp.1234abcd@funky.example.com",
        "CSeq: 60 OPTIONS",
        "Via: SIP/2.0/UDP funky.example.com;branch=z9hG4bKkdjuw",
        "l: 0",
    )


def _long_values() -> bytes:
    spellings = ("Via:", "v:", "V:", "ViA:", "VIa:", "VIA:", "via:", "viA:", "vIa:", "vIA:")
    blanks = ("V :", "v :", "V  :", "v  :", "Via :", "Via  :")
    names = [spellings[0], *spellings[1:3], spellings[0], *spellings[3:], *blanks]
    hops = [f"{name} SIP/2.0/TCP sip{33 - n}.example.com" for n, name in enumerate(names)]
    hops += [f"Via: SIP/2.0/TCP sip{n}.example.com" for n in range(33 - len(names), 0, -1)]
    return with_sdp(
        "INVITE sip:user@example.com SIP/2.0",
        f'To: "I have a user name of {"extreme" * 10} proportion"<sip:user@example.com:6000'
        f";unknownparam1=very{LONG}value;longparam{'name' * 25}=shortvalue"
        f";very{'long' * 25}ParameterNameWithNoValue>",
        f"F: sip:{CALLER}@example.net;tag=12{'982' * 50}424"
        f";unknownheaderparam{'name' * 20}=unknowheaderparam{'value' * 15}"
        f";unknownValueless{'paramname' * 10}",
        f"Call-ID: longreq.one{'really' * 20}longcallid",
        "CSeq: 3882340 INVITE",
        f"Unknown-{'Long' * 20}-Name: unknown-{LONG}-value"
        f"; unknown-{LONG}-parameter-name = unknown-{LONG}-parameter-value",
        *hops,
        f"Via: SIP/2.0/TCP host.example.com;received=192.0.2.5;branch=very{'long' * 50}branchvalue",
        "Max-Forwards: 70",
        f"Contact: <sip:{CALLER}@host5.example.net>",
        body=sdp("192.0.2.1"),
    )


def _two_requests_in_one_datagram() -> bytes:
    return head(
        "REGISTER sip:example.com SIP/2.0",
        "To: sip:j.user@example.com",
        "From: sip:j.user@example.com;tag=43251j3j324",
        "Max-Forwards: 8",
        "I: dblreq.0ha0isndaksdj99sdfafnl3lk233412",
        "Contact: sip:j.user@host.example.com",
        "CSeq: 8 REGISTER",
        "Via: SIP/2.0/UDP 192.0.2.125;branch=z9hG4bKkdjuw23492",
        "Content-Length: 0",
    ) + with_sdp(
        "\r\nINVITE sip:joe@example.com SIP/2.0",
        "t: sip:joe@example.com",
        "From: sip:caller@example.net;tag=141334",
        "Max-Forwards: 8",
        "Call-ID: dblreq.0ha0isnda977644900765@192.0.2.15",
        "CSeq: 8 INVITE",
        "Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw380234",
        body=sdp("192.0.2.15"),
    )


def _semicolon_in_the_user() -> bytes:
    return head(
        "OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0",
        "To: sip:j_user@example.com",
        "From: sip:caller@example.org;tag=33242",
        "Max-Forwards: 3",
        "Call-ID: semiuri.0ha0isndaksdj",
        "CSeq: 8 OPTIONS",
        "Accept: application/sdp, application/pkcs7-mime,",
        "        multipart/mixed, multipart/signed,",
        "        message/sip, message/sipfrag",
        "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKkdjuw",
        "l: 0",
    )


def _varied_transports() -> bytes:
    return head(
        "OPTIONS sip:user@example.com SIP/2.0",
        "To: sip:user@example.com",
        "From: <sip:caller@example.com>;tag=323",
        "Max-Forwards: 70",
        "Call-ID:  transports.kijh4akdnaqjkwendsasfdj",
        "Accept: application/sdp",
        "CSeq: 60 OPTIONS",
        "Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw",
        "Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf",
        "Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj",
        "Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en",
        "Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee",
        "l: 0",
    )


BINARY_PART = bytes(range(256)) + b"\r\n\r\nSIP/2.0 200 OK\r\n\0\0"
BOUNDARY = "7a9cbec02ceef655"


def multipart_body() -> bytes:
    """Text and bytes of every value, with what looks like the end of a head among them."""
    return (
        f"--{BOUNDARY}\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n\r\nHello\r\n"
        f"--{BOUNDARY}\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    ).encode() + b"%b\r\n--%b--" % (BINARY_PART, BOUNDARY.encode())


def _multipart() -> bytes:
    body = multipart_body()
    return (
        head(
            "MESSAGE sip:kumiko@example.org SIP/2.0",
            "Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-;rport",
            "Max-Forwards: 70",
            "Route: <sip:127.0.0.1:5080>",
            "Contact: <sip:fluffy@127.0.0.1:5070>",
            "To: <sip:kumiko@example.org>",
            "From: <sip:fluffy@example.com>;tag=2fb0dcc9",
            "Call-ID: 3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..",
            "CSeq: 1 MESSAGE",
            "Content-Transfer-Encoding: binary",
            f"Content-Type: multipart/mixed;boundary={BOUNDARY}",
            "Date: Sat, 15 Oct 2005 04:44:56 GMT",
            "User-Agent: SIPimp.org/0.2.5 (curses)",
            f"Content-Length: {len(body)}",
        )
        + body
    )


def _unusual_reason() -> bytes:
    return with_sdp(
        f"SIP/2.0 200 {PRIME_OR_NOT}",
        "Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923",
        "Call-ID: unreason.1234ksdfak3j2erwedfsASdf",
        "CSeq: 35 INVITE",
        "From: sip:user@example.com;tag=11141343",
        "To: sip:user@example.edu;tag=2229",
        "Contact: <sip:user@host198.example.com>",
        body=sdp("192.0.2.198"),
    )


def _no_reason() -> bytes:
    return head(
        "SIP/2.0 100 ",
        "Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe",
        "Call-ID: noreason.asndj203insdf99223ndf",
        "CSeq: 35 INVITE",
        "From: <sip:user@example.com>;tag=39ansfi3",
        "To: <sip:user@example.edu>;tag=902jndnke3",
        "Content-Length: 0",
        "Contact: <sip:user@host105.example.com>",
    )


VALID = (
    Torture(section="3.1.1.1", name="wsinv", raw=_short_tortuous_invite(), verdict="accepted"),
    # sound, but of a method that an endpoint answers with 501 and the methods it knows
    Torture(section="3.1.1.2", name="intmeth", raw=_wide_range_of_characters(), verdict=501),
    Torture(section="3.1.1.3", name="esc01", raw=_escapes(), verdict="accepted"),
    Torture(section="3.1.1.4", name="escnull", raw=_escaped_nulls(), verdict="accepted"),
    Torture(section="3.1.1.5", name="esc02", raw=_percent_that_escapes_nothing(), verdict=501),
    Torture(section="3.1.1.6", name="lwsdisp", raw=_no_blank_before_the_bracket(), verdict="accepted"),
    Torture(section="3.1.1.7", name="longreq", raw=_long_values(), verdict="accepted"),
    Torture(section="3.1.1.8", name="dblreq", raw=_two_requests_in_one_datagram(), verdict="accepted"),
    Torture(section="3.1.1.9", name="semiuri", raw=_semicolon_in_the_user(), verdict="accepted"),
    Torture(section="3.1.1.10", name="transports", raw=_varied_transports(), verdict="accepted"),
    Torture(section="3.1.1.11", name="mpart01", raw=_multipart(), verdict="accepted"),
    Torture(section="3.1.1.12", name="unreason", raw=_unusual_reason(), verdict="accepted"),
    Torture(section="3.1.1.13", name="noreason", raw=_no_reason(), verdict="accepted"),
)
