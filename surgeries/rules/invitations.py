"""What invitations and posters say in each language that people read (R10).

Short whole sentences, so that any of them may be left out. They do not pass through gettext:
their language is that of the people invited, not of the organiser's screen. Polite forms
where a language has them, no idioms; each sentence says the same as its English one.
"""

import datetime
from dataclasses import dataclass

from babel.dates import format_date, format_skeleton, format_time

from surgeries.states import Language

RIGHT_TO_LEFT = (Language.AR, Language.FA, Language.UR)
# What a poster can be set in with the letters that every machine of ours has.
SET_IN_PRINT = (
    *(Language.EN, Language.FR, Language.PL, Language.PT, Language.RO, Language.SO),
    *(Language.ES, Language.TR, Language.UK, Language.CY),
)


@dataclass(frozen=True)
class Sentences:
    """`say` has one %s, for the code word; `book` and `see` stand before a link."""

    hello: str
    what: str
    bring: str
    welcome: str
    spread: str
    book: str
    see: str
    scan: str
    say: str


def when_short(starts: datetime.datetime, language: str) -> str:
    """A local start where each letter costs: "Wed 11 Nov, 5:30pm"."""
    if language == Language.EN:
        day = format_date(starts, "EEE d MMM", "en_GB")
    else:
        day = format_skeleton("MMMEd", starts, locale=language)
    return f"{day}{comma(language)} {_clock(starts, language)}"


def when_long(starts: datetime.datetime, language: str) -> str:
    """A local start on a poster: "Wednesday 11 November, 5:30pm"."""
    locale = "en_GB" if language == Language.EN else language
    weekday = format_date(starts, "EEEE", locale)
    day = format_skeleton("MMMMd", starts, locale=locale)
    return f"{weekday} {day}{comma(language)} {_clock(starts, language)}"


def comma(language: str) -> str:
    """What stands between two parts of a sentence."""
    return "،" if language in RIGHT_TO_LEFT else ","


def _clock(starts: datetime.datetime, language: str) -> str:
    if language == Language.EN:
        return format_time(starts, "h:mma" if starts.minute else "ha", locale="en_GB")
    return format_time(starts, "short", locale=language)


SENTENCES = {
    Language.EN: Sentences(
        hello="Hello all.",
        what="Free help to get your group online.",
        bring="Bring your phone or laptop.",
        welcome="Beginners are welcome.",
        spread="Please pass it on.",
        book="Book:",
        see="Dates:",
        scan="Scan to book",
        say="When you book, say “%s”.",
    ),
    Language.AR: Sentences(
        hello="مرحبًا بالجميع.",
        what="مساعدة مجانية لتكون مجموعتكم على الإنترنت.",
        bring="أحضروا الهاتف أو الحاسوب المحمول.",
        welcome="المبتدئون مرحب بهم.",
        spread="من فضلكم أخبروا غيركم.",
        book="للحجز:",
        see="المواعيد:",
        scan="امسحوا الرمز للحجز",
        say="عند الحجز قولوا «%s».",
    ),
    Language.BN: Sentences(
        hello="সবাইকে শুভেচ্ছা।",
        what="আপনার দলকে অনলাইনে আনতে বিনামূল্যে সাহায্য।",
        bring="আপনার ফোন বা ল্যাপটপ আনুন।",
        welcome="নতুনদের স্বাগত।",
        spread="দয়া করে অন্যদের জানান।",
        book="বুক করুন:",
        see="তারিখ:",
        scan="বুক করতে স্ক্যান করুন",
        say="বুক করার সময় “%s” বলুন।",
    ),
    Language.ZH: Sentences(
        hello="大家好。",
        what="免费帮助您的社区团体学会使用互联网和社交媒体。",
        bring="请带上手机或笔记本电脑。",
        welcome="欢迎初学者。",
        spread="请转告其他人。",
        book="预约：",
        see="日期：",
        scan="扫码预约",
        say="预约时请说“%s”。",
    ),
    Language.FR: Sentences(
        hello="Bonjour à tous.",
        what="Aide gratuite pour mettre votre groupe en ligne.",
        bring="Apportez votre téléphone ou ordinateur.",
        welcome="Débutants bienvenus.",
        spread="Faites passer le message.",
        book="Réserver :",
        see="Dates :",
        scan="Scannez pour réserver",
        say="En réservant, dites « %s ».",
    ),
    Language.GU: Sentences(
        hello="સૌને નમસ્તે.",
        what="તમારા જૂથને ઓનલાઇન લાવવા માટે મફત મદદ.",
        bring="તમારો ફોન કે લેપટોપ સાથે લાવો.",
        welcome="નવા શીખનારાઓનું સ્વાગત છે.",
        spread="કૃપા કરીને બીજાને પણ જણાવો.",
        book="જગ્યા બુક કરો:",
        see="તારીખો:",
        scan="બુક કરવા સ્કેન કરો",
        say="બુક કરતી વખતે “%s” કહો.",
    ),
    Language.HI: Sentences(
        hello="सबको नमस्ते।",
        what="अपने समूह को ऑनलाइन लाने के लिए मुफ़्त मदद।",
        bring="अपना फ़ोन या लैपटॉप साथ लाएँ।",
        welcome="नए सीखने वालों का स्वागत है।",
        spread="कृपया औरों को भी बताएँ।",
        book="जगह बुक करें:",
        see="तारीख़ें:",
        scan="बुक करने के लिए स्कैन करें",
        say="बुक करते समय “%s” कहें।",
    ),
    Language.FA: Sentences(
        hello="سلام به همه.",
        what="کمک رایگان برای آنلاین شدن گروه شما.",
        bring="گوشی یا لپ‌تاپ خود را بیاورید.",
        welcome="تازه‌کارها هم خوش آمدند.",
        spread="لطفاً به دیگران هم بگویید.",
        book="رزرو جا:",
        see="تاریخ‌ها:",
        scan="برای رزرو اسکن کنید",
        say="هنگام رزرو بگویید «%s».",
    ),
    Language.PL: Sentences(
        hello="Dzień dobry.",
        what="Bezpłatnie pomożemy Państwa grupie zaistnieć w internecie.",
        bring="Prosimy zabrać telefon lub laptop.",
        welcome="Początkujący mile widziani.",
        spread="Proszę podać dalej.",
        book="Rezerwacja:",
        see="Terminy:",
        scan="Zeskanuj kod, aby zarezerwować",
        say="Przy rezerwacji prosimy podać hasło „%s”.",
    ),
    Language.PT: Sentences(
        hello="Olá a todos.",
        what="Ajuda gratuita para pôr o seu grupo na internet.",
        bring="Traga o telemóvel ou o portátil.",
        welcome="Principiantes são bem-vindos.",
        spread="Passe a palavra, por favor.",
        book="Reservar:",
        see="Datas:",
        scan="Leia o código para reservar",
        say="Ao reservar, diga “%s”.",
    ),
    Language.PA: Sentences(
        hello="ਸਾਰਿਆਂ ਨੂੰ ਨਮਸਕਾਰ।",
        what="ਆਪਣੇ ਗਰੁੱਪ ਨੂੰ ਔਨਲਾਈਨ ਲਿਆਉਣ ਲਈ ਮੁਫ਼ਤ ਮਦਦ।",
        bring="ਆਪਣਾ ਫ਼ੋਨ ਜਾਂ ਲੈਪਟਾਪ ਨਾਲ ਲਿਆਓ।",
        welcome="ਨਵੇਂ ਸਿੱਖਣ ਵਾਲਿਆਂ ਦਾ ਸੁਆਗਤ ਹੈ।",
        spread="ਕਿਰਪਾ ਕਰਕੇ ਹੋਰਾਂ ਨੂੰ ਵੀ ਦੱਸੋ।",
        book="ਜਗ੍ਹਾ ਬੁੱਕ ਕਰੋ:",
        see="ਤਾਰੀਖ਼ਾਂ:",
        scan="ਬੁੱਕ ਕਰਨ ਲਈ ਸਕੈਨ ਕਰੋ",
        say="ਬੁੱਕ ਕਰਨ ਵੇਲੇ “%s” ਕਹੋ।",
    ),
    Language.RO: Sentences(
        hello="Bună ziua tuturor.",
        what="Ajutor gratuit ca grupul dvs. să fie online.",
        bring="Aduceți telefonul sau laptopul.",
        welcome="Începătorii sunt bineveniți.",
        spread="Dați mai departe, vă rugăm.",
        book="Rezervați:",
        see="Când:",
        scan="Scanați pentru a rezerva",
        say="La rezervare spuneți „%s”.",
    ),
    Language.SO: Sentences(
        hello="Salaan dhammaan.",
        what="Caawimo bilaash ah oo kooxdaada lagu geliyo internetka.",
        bring="Keen telefoonkaaga ama laptop-kaaga.",
        welcome="Dadka hadda bilaabaya waa la soo dhaweynayaa.",
        spread="Fadlan dadka kale u sheeg.",
        book="Boos qabso:",
        see="Taariikhaha:",
        scan="Iskaan garee si aad boos u qabsato",
        say="Markaad boos qabsanayso, dheh “%s”.",
    ),
    Language.ES: Sentences(
        hello="Hola a todos.",
        what="Ayuda gratis para que su grupo esté en internet.",
        bring="Traiga su teléfono o portátil.",
        welcome="No hace falta saber nada.",
        spread="Páselo, por favor.",
        book="Reserve:",
        see="Fechas:",
        scan="Escanee para reservar",
        say="Al reservar, diga «%s».",
    ),
    Language.TR: Sentences(
        hello="Herkese merhaba.",
        what="Grubunuzu internete taşımak için ücretsiz yardım.",
        bring="Telefonunuzu veya bilgisayarınızı getirin.",
        welcome="Yeni başlayanlar da gelebilir.",
        spread="Lütfen paylaşın.",
        book="Yer ayırtın:",
        see="Tarihler:",
        scan="Yer ayırtmak için okutun",
        say="Yer ayırtırken “%s” deyin.",
    ),
    Language.UK: Sentences(
        hello="Вітаємо всіх.",
        what="Безкоштовна допомога, щоб ваша група була в інтернеті.",
        bring="Візьміть телефон або ноутбук.",
        welcome="Початківцям раді.",
        spread="Передайте, будь ласка, іншим.",
        book="Записатися:",
        see="Дати:",
        scan="Відскануйте, щоб записатися",
        say="Під час запису скажіть «%s».",
    ),
    Language.UR: Sentences(
        hello="سب کو سلام۔",
        what="اپنے گروپ کو آن لائن لانے کے لیے مفت مدد۔",
        bring="اپنا فون یا لیپ ٹاپ ساتھ لائیں۔",
        welcome="نئے سیکھنے والے بھی آئیں۔",
        spread="براہِ کرم آگے بتائیں۔",
        book="جگہ بک کریں:",
        see="تاریخیں:",
        scan="بک کرنے کے لیے اسکین کریں",
        say="بکنگ کے وقت ”%s“ کہیں۔",
    ),
    Language.CY: Sentences(
        hello="Helo bawb.",
        what="Cymorth am ddim i gael eich grŵp ar-lein.",
        bring="Dewch â’ch ffôn neu’ch gliniadur.",
        welcome="Croeso i ddechreuwyr.",
        spread="Rhannwch y neges, os gwelwch yn dda.",
        book="Archebu lle:",
        see="Dyddiadau:",
        scan="Sganiwch i archebu lle",
        say="Wrth archebu, dywedwch “%s”.",
    ),
}
