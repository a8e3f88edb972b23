/**
 * What servers say in other languages of the causes that are told in them: providers of one country, and programs whose
 * notices are translated. Accents are left out by some, so both spellings are known.
 */

const LIMIT = '[^;\\n]{0,60}';

/** Words of a cause; the tests lie beside each other so that a language can be added to all. */
export const translated = {
  /** The mailbox is full, blocked or closed. */
  mailbox: new RegExp(
    [
      // German
      `postfach${LIMIT}(?:voll|gesperrt|deaktiviert)|(?:mailbox|speicherplatz)${LIMIT}(?:voll|erschöpft|erschoepft|ausgesch|überschritten|ueberschritten)|zu ?viele mails auf dem server|konto${LIMIT}(?:gesperrt|deaktiviert)`,
      // French
      `bo[iî]te${LIMIT}(?:pleine|satur[eé]e|bloqu[eé]e|d[eé]sactiv[eé]e)|quota${LIMIT}d[eé]pass[eé]|compte${LIMIT}(?:bloqu|d[eé]sactiv|suspendu)`,
      // Spanish, Portuguese
      `buz[oó]n${LIMIT}(?:lleno|bloqueado|desactivado)|caixa${LIMIT}(?:cheia|lotada)|cuota${LIMIT}(?:excedida|superada)|cuenta${LIMIT}(?:bloqueada|suspendida|desactivada)|conta${LIMIT}(?:bloqueada|suspensa|desativada)`,
      // Italian, Dutch, Polish, Czech, Swedish
      `casella${LIMIT}(?:piena|bloccata|disattivata)|quota${LIMIT}superata|postvak${LIMIT}vol|mailbox (?:is|zit) vol|skrzynka${LIMIT}(?:pełna|pelna|przepełniona|przepelniona|zablokowana)|schr[aá]nka${LIMIT}pln[aá]|brevl[aå]da${LIMIT}full`,
      // Russian, Japanese, Chinese
      `ящик${LIMIT}(?:переполнен|заблокирован|отключ)|(?:квота|место)${LIMIT}(?:превышена|закончилось)|(?:メールボックス|受信箱|容量)${LIMIT}(?:いっぱい|一杯|満杯|超過|超えて)|邮箱${LIMIT}(?:已满|空间不足)|郵箱${LIMIT}已滿`,
    ].join('|'),
    'iu',
  ),
  /** There is no such recipient. */
  address: new RegExp(
    [
      `(?:empf[aä]e?nger|benutzer|adresse|e-?mail-adresse|postfach|konto)${LIMIT}(?:unbekannt|nicht gefunden|existiert nicht|nicht vorhanden|ung[uü]e?ltig|nicht bekannt)|unbekannter? (?:empf[aä]e?nger|benutzer)|kein(?:en)? (?:solche[rn]?|derartige[rn]?) (?:empf|benutzer)`,
      `(?:destinataire|utilisateur|adresse|compte)${LIMIT}(?:inconnue?|introuvable|inexistante?|n['’]existe pas)|adresse${LIMIT}destinataire${LIMIT}invalide|destinataire invalide|utilisateur inconnu`,
      `(?:usuario|destinatario|direcci[oó]n|cuenta|buz[oó]n)${LIMIT}(?:desconocid[oa]|no existe|inexistente|no encontrad[oa])|(?:usu[aá]rio|destinat[aá]rio|endere[cç]o|conta)${LIMIT}(?:desconhecid[oa]|n[aã]o existe|inexistente|n[aã]o encontrad[oa])`,
      `(?:utente|destinatario|indirizzo|casella)${LIMIT}(?:sconosciut[oa]|inesistente|non esiste|non trovat[oa])|(?:gebruiker|ontvanger|adres)${LIMIT}(?:onbekend|bestaat niet|niet gevonden)|onbekende (?:gebruiker|ontvanger)`,
      `(?:u[żz]ytkownik|odbiorca|adres|konto)${LIMIT}(?:nieznany|nie istnieje|nie znaleziono)|(?:u[zž]ivatel|adresa|schr[aá]nka)${LIMIT}(?:neexistuje|nezn[aá]m[yáý])|(?:mottagare|anv[aä]ndare)${LIMIT}(?:ok[aä]nd|finns inte)`,
      `(?:пользовател|адресат|получател|ящик|адрес)${LIMIT}(?:не найден|не существует|неизвест)|нет такого (?:пользователя|адреса)|(?:ユーザー?|宛先|メールアドレス|アドレス|受信者)${LIMIT}(?:見つかりません|見つかりませんでした|存在しません|存在しない|不明)|(?:用户|收件人|地址|邮箱)${LIMIT}(?:不存在|未找到|不正确)`,
    ].join('|'),
    'iu',
  ),
  /** What the message holds is taken for spam. */
  content: new RegExp(
    [
      'als (?:spam|werbung|unerw[uü]e?nscht) (?:eingestuft|erkannt|klassifiziert|abgelehnt)|spam-?verdacht',
      'consid[eé]r[eé] comme (?:du )?spam|contenu (?:refus[eé]|rejet[eé]|ind[eé]sirable)|courrier ind[eé]sirable',
      '(?:considerado|clasificado|identificado|detectado) como spam|correo no deseado|conte[uú]do (?:rejeitado|recusado)|contenido rechazado',
      '(?:considerato|classificato|identificato) (?:come )?spam|posta indesiderata|aangemerkt als spam|jako spam',
      'похоже на спам|подозрени[еяю]\\w* (?:в|на) спам|признано спамом|迷惑メール|垃圾邮件|スパム',
    ].join('|'),
    'iu',
  ),
  /** The receiver does not trust the address that sent. */
  reputation: new RegExp(
    [
      `(?:ip-?adresse|server|absender)${LIMIT}(?:gesperrt|blockiert|blacklist|sperrliste)|auf einer (?:sperrliste|blacklist)`,
      `adresse ip${LIMIT}(?:bloqu[eé]e|blacklist|r[eé]putation)|liste noire|direcci[oó]n ip${LIMIT}bloqueada|lista negra|indirizzo ip${LIMIT}bloccato`,
      `ip-?адрес${LIMIT}(?:заблокирован|ч[её]рн)|ч[её]рн(?:ом|ый|ого) списк`,
    ].join('|'),
    'iu',
  ),
  /** Too much mail in too short a time. */
  rate: new RegExp(
    [
      'zu viele (?:verbindungen|nachrichten|e-?mails|empf[aä]e?nger)|trop de (?:connexions|messages|destinataires)',
      'demasiad[oa]s (?:conexiones|mensajes|destinatarios)|(?:conex[oõ]es|mensagens) em excesso|troppe connessioni|troppi (?:messaggi|destinatari)|te veel (?:verbindingen|berichten)',
      'слишком много (?:соединений|сообщений|писем|получателей)|превышен лимит|同時接続数|送信(?:数|制限)',
    ].join('|'),
    'iu',
  ),
  /** The domain's or the address's reverse name. */
  reverse: new RegExp(
    'r[uü]e?ckw[aä]e?rtsaufl[oö]e?sung|(?:dns|nom) inverse|r[eé]solution inverse|(?:dns|resoluci[oó]n) invers[ao]|обратн\\w+ (?:dns|запис|зон)|逆引き',
    'iu',
  ),
  /** The receiving server has trouble of its own. */
  receiver: new RegExp(
    'vor[uü]e?bergehend nicht (?:verf[uü]e?gbar|erreichbar)|temporairement indisponible|temporalmente no disponible|temporaneamente non disponibile|tijdelijk niet beschikbaar|временно недоступ|一時的に(?:利用|受信)',
    'iu',
  ),
} as const;

/** How a notice of a failed delivery is titled or opened in other languages. */
export const translatedNotice = new RegExp(
  [
    'unzustellbar|nicht zugestellt|konnte nicht zugestellt|zustellung (?:fehlgeschlagen|gescheitert)|[uü]bermittlung (?:fehlgeschlagen|verz[oö]gert)|konnte leider nicht',
    "non[- ]remis|non distribu|n['’]a pas pu [eê]tre (?:remis|distribu|livr|d[eé]livr|achemin)|[eé]chec de (?:la )?(?:remise|livraison|distribution)|notification d['’][eé]tat de remise",
    'no se (?:ha )?pud?o? ?(?:entregar|ha entregado)|no se pudo entregar|no entregado|error (?:en la|de) entrega|n[aã]o (?:foi|p[oô]de ser) entreg|falha na entrega|mensagem n[aã]o entregue',
    'mancata consegna|non (?:[eè] stato|pu[oò] essere) (?:possibile )?(?:consegn|recapitat)|impossibile (?:consegnare|recapitare)|niet (?:worden )?(?:afgeleverd|bezorgd)|onbestelbaar',
    'nie (?:mog[lł]a?|zosta[lł]a?) (?:zosta[cć] )?dor[eę]czon|nedoru[cč]it|kunde inte levereras|недоставлен|не (?:может быть|было|удалось) доставл|不达|退信|配信(?:できません|不能|エラー)|送信できませんでした|届けることができません|配送(?:できません|不能)|未能投递|无法(?:投递|送达)',
  ].join('|'),
  'iu',
);
