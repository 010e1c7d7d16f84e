"""RFC 4475, 3.2 to 3.4: what the transaction layer, the application and RFC 2543 have to say."""

from tests.unit.channels.sip.torture.build import Torture, head, sdp, with_sdp


def _branch_without_an_id() -> bytes:
    return head(
        "OPTIONS sip:user@example.com SIP/2.0",
        "To: sip:user@example.com",
        "From: sip:caller@example.org;tag=33242",
        "Max-Forwards: 3",
        "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK",
        "Accept: application/sdp",
        "Call-ID: badbranch.sadonfo23i420jv0as0derf3j3n",
        "CSeq: 8 OPTIONS",
        "l: 0",
    )


def _missing_fields() -> bytes:
    return with_sdp(
        "INVITE sip:user@example.com SIP/2.0",
        "CSeq: 193942 INVITE",
        "Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf",
        body=sdp("192.0.2.95"),
    )


def _unknown_scheme() -> bytes:
    return head(
        "OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0",
        "To: sip:user@example.com",
        "From: sip:caller@example.net;tag=384",
        "Max-Forwards: 3",
        "Call-ID: unkscm.nasdfasser0q239nwsdfasdkl34",
        "CSeq: 3923423 OPTIONS",
        "Via: SIP/2.0/TCP host9.example.com;branch=z9hG4bKkdjuw39234",
        "Content-Length: 0",
    )


def _known_scheme_of_another_protocol() -> bytes:
    return head(
        "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0",
        "To: sip:user@example.com",
        "From: sip:caller@example.net;tag=384",
        "Max-Forwards: 3",
        "Call-ID: novelsc.asdfasser0q239nwsdfasdkl34",
        "CSeq: 3923423 OPTIONS",
        "Via: SIP/2.0/TCP host9.example.com;branch=z9hG4bKkdjuw39234",
        "Content-Length: 0",
    )


def _other_schemes_in_fields() -> bytes:
    return head(
        "REGISTER sip:example.com SIP/2.0",
        "To: isbn:2983792873",
        "From: <http://www.example.com>;tag=3234233",
        "Call-ID: unksm2.daksdj@hyphenated-host.example.com",
        "CSeq: 234902 REGISTER",
        "Max-Forwards: 70",
        "Via: SIP/2.0/UDP 192.0.2.21:5060;branch=z9hG4bKkdjuw",
        "Contact: <name:John_Smith>",
        "l: 0",
    )


def _unknown_extensions() -> bytes:
    return head(
        "OPTIONS sip:user@example.com SIP/2.0",
        "To: sip:j_user@example.com",
        "From: sip:caller@example.net;tag=242etr",
        "Max-Forwards: 6",
        "Call-ID: bext01.0ha0isndaksdj",
        "Require: nothingSupportsThis, nothingSupportsThisEither",
        "Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis",
        "CSeq: 8 OPTIONS",
        "Via: SIP/2.0/TLS fold-and-staple.example.com;branch=z9hG4bKkdjuw",
        "Content-Length: 0",
    )


def _unknown_body() -> bytes:
    body = b"<audio>\r\n <pcmu port=443/>\r\n</audio>\r\n"
    return (
        head(
            "INVITE sip:user@example.com SIP/2.0",
            "Contact: <sip:caller@host5.example.net>",
            "To: sip:j.user@example.com",
            "From: sip:caller@example.net;tag=8392034",
            "Max-Forwards: 70",
            "Call-ID: invut.0ha0isndaksdjadsfij34n23d",
            "CSeq: 235448 INVITE",
            "Via: SIP/2.0/UDP somehost.example.com;branch=z9hG4bKkdjuw",
            "Content-Type: application/unknownformat",
            f"Content-Length: {len(body)}",
        )
        + body
    )


def _unknown_authorization() -> bytes:
    return head(
        "REGISTER sip:example.com SIP/2.0",
        "To: sip:j.user@example.com",
        "From: sip:j.user@example.com;tag=87321hj23128",
        "Max-Forwards: 8",
        "Call-ID: regaut01.0ha0isndaksdj",
        "CSeq: 9338 REGISTER",
        "Via: SIP/2.0/TCP 192.0.2.253;branch=z9hG4bKkdjuw",
        "Authorization: NoOneKnowsThisScheme opaque-data=here",
        "Content-Length:0",
    )


def _two_of_what_stands_once() -> bytes:
    body = sdp("192.0.2.25")
    return (
        head(
            "INVITE sip:user@company.com SIP/2.0",
            "Contact: <sip:caller@host25.example.net>",
            "Via: SIP/2.0/UDP 192.0.2.25;branch=z9hG4bKkdjuw",
            "Max-Forwards: 70",
            "CSeq: 5 INVITE",
            "Call-ID: multi01.98asdh@192.0.2.1",
            "CSeq: 59 INVITE",
            "Call-ID: multi01.98asdh@192.0.2.2",
            "From: sip:caller@example.com;tag=3413415",
            "To: sip:user@example.com",
            "To: sip:other@example.net",
            "From: sip:caller@example.net;tag=2923420123",
            "Content-Type: application/sdp",
            f"l: {len(body)}",
            "Contact: <sip:caller@host36.example.net>",
            "Max-Forwards: 5",
        )
        + body
    )


def _two_lengths() -> bytes:
    return (
        head(
            "OPTIONS sip:user@example.com SIP/2.0",
            "Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bK293423",
            "To: sip:user@example.com",
            "From: sip:other@example.net;tag=3923942",
            "Call-ID: mcl01.fhn2323orihawfdoa3o4r52o3irsdf",
            "CSeq: 15932 OPTIONS",
            "Content-Length: 13",
            "Max-Forwards: 60",
            "Content-Length: 5",
            "Content-Type: text/plain",
        )
        + b"There's no way to know how many octets are supposed to be here.\r\n"
    )


def _answer_by_way_of_broadcast() -> bytes:
    return with_sdp(
        "SIP/2.0 200 OK",
        "Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923",
        "Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23",
        "Call-ID: bcast.0384840201234ksdfak3j2erwedfsASdf",
        "CSeq: 35 INVITE",
        "From: sip:user@example.com;tag=11141343",
        "To: sip:user@example.edu;tag=2229",
        "Contact: <sip:user@host28.example.com>",
        body=sdp("192.0.2.198"),
    )


def _no_hops_left() -> bytes:
    return head(
        "OPTIONS sip:user@example.com SIP/2.0",
        "To: sip:user@example.com",
        "From: sip:caller@example.net;tag=3ghsd41",
        "Call-ID: zeromf.jfasdlfnm2o2l43r5u0asdfas",
        "CSeq: 39234321 OPTIONS",
        "Via: SIP/2.0/UDP host1.example.com;branch=z9hG4bKkdjuw2349i",
        "Max-Forwards: 0",
        "Content-Length: 0",
    )


def _parameter_of_the_contact() -> bytes:
    return head(
        "REGISTER sip:example.com SIP/2.0",
        "Via: SIP/2.0/UDP saturn.example.com:5060;branch=z9hG4bKkdjuw",
        "Max-Forwards: 70",
        "From: sip:watson@example.com;tag=DkfVgjkrtMwaerKKpe",
        "To: sip:watson@example.com",
        "Call-ID: cparam01.70710@saturn.example.com",
        "CSeq: 2 REGISTER",
        "Contact: sip:+19725552222@gw1.example.net;unknownparam",
        "l: 0",
    )


def _parameter_of_the_address() -> bytes:
    return head(
        "REGISTER sip:example.com SIP/2.0",
        "Via: SIP/2.0/UDP saturn.example.com:5060;branch=z9hG4bKkdjuw",
        "Max-Forwards: 70",
        "From: sip:watson@example.com;tag=838293",
        "To: sip:watson@example.com",
        "Call-ID: cparam02.70710@saturn.example.com",
        "CSeq: 3 REGISTER",
        "Contact: <sip:+19725552222@gw1.example.net;unknownparam>",
        "l: 0",
    )


def _header_field_in_the_contact() -> bytes:
    return head(
        "REGISTER sip:example.com SIP/2.0",
        "To: sip:user@example.com",
        "From: sip:user@example.com;tag=8",
        "Max-Forwards: 70",
        "Call-ID: regescrt.k345asrl3fdbv@192.0.2.1",
        "CSeq: 14398234 REGISTER",
        "Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw",
        "M: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>",
        "L:0",
    )


def _nothing_to_answer_with() -> bytes:
    return with_sdp(
        "INVITE sip:user@example.com SIP/2.0",
        "To: sip:j_user@example.com",
        "Contact: <sip:caller@host15.example.net>",
        "From: sip:caller@example.net;tag=234",
        "Max-Forwards: 5",
        "Call-ID: sdp01.ndaksdj9342dasdd",
        "Accept: text/nobodyKnowsThis",
        "CSeq: 8 INVITE",
        "Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw",
        body=sdp("192.0.2.5"),
    )


def _as_before_rfc_3261() -> bytes:
    lines = (
        "v=0",
        "o=mhandley 29739 7272939 IN IP4 192.0.2.5",
        "s=-",
        "c=IN IP4 192.0.2.5",
        "t=0 0",
        "m=audio 49217 RTP/AVP 0",
    )
    return (
        head(
            "INVITE sip:UserB@example.com SIP/2.0",
            "Via: SIP/2.0/UDP iftgw.example.com",
            "From: <sip:+13035551111@ift.client.example.net;user=phone>",
            "Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>",
            "To: sip:+16505552222@ss1.example.net;user=phone",
            "Call-ID: inv2543.1717@ift.client.example.com",
            "CSeq: 56 INVITE",
            "Content-Type: application/sdp",
        )
        + "".join(f"{line}\r\n" for line in lines).encode()
    )


SEMANTICS = (
    # or fall back to the rules of RFC 2543
    Torture(section="3.2.1", name="badbranch", raw=_branch_without_an_id(), verdict=400),
    Torture(section="3.3.1", name="insuf", raw=_missing_fields(), verdict=400),
    Torture(section="3.3.2", name="unkscm", raw=_unknown_scheme(), verdict=416),
    Torture(section="3.3.3", name="novelsc", raw=_known_scheme_of_another_protocol(), verdict=416),
    # a registrar's answer: To is no SIP address
    Torture(section="3.3.4", name="unksm2", raw=_other_schemes_in_fields(), verdict=400),
    Torture(section="3.3.5", name="bext01", raw=_unknown_extensions(), verdict=420),
    Torture(section="3.3.6", name="invut", raw=_unknown_body(), verdict=415),
    # as if it had no credentials
    Torture(section="3.3.7", name="regaut01", raw=_unknown_authorization(), verdict="accepted"),
    Torture(section="3.3.8", name="multi01", raw=_two_of_what_stands_once(), verdict=400),
    Torture(section="3.3.9", name="mcl01", raw=_two_lengths(), verdict=400),
    # sound, and for nobody: more than one Via is left
    Torture(section="3.3.10", name="bcast", raw=_answer_by_way_of_broadcast(), verdict="discarded"),
    # an endpoint does what it always does; only who sends it on answers 483
    Torture(section="3.3.11", name="zeromf", raw=_no_hops_left(), verdict="accepted"),
    Torture(section="3.3.12", name="cparam01", raw=_parameter_of_the_contact(), verdict="accepted"),
    Torture(section="3.3.13", name="cparam02", raw=_parameter_of_the_address(), verdict="accepted"),
    Torture(section="3.3.14", name="regescrt", raw=_header_field_in_the_contact(), verdict="accepted"),
    Torture(section="3.3.15", name="sdp01", raw=_nothing_to_answer_with(), verdict=406),
    Torture(section="3.4.1", name="inv2543", raw=_as_before_rfc_3261(), verdict="accepted"),
)
