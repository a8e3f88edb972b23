/** Domains of public mail services, 2026-11: nobody but their operators can publish records there. */
export const publicMailDomains: ReadonlySet<string> = new Set(
  `gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.fr yahoo.de yahoo.it yahoo.es yahoo.ca yahoo.co.in yahoo.co.jp
  yahoo.com.br yahoo.com.au ymail.com rocketmail.com aol.com aim.com outlook.com outlook.de outlook.fr outlook.es
  hotmail.com hotmail.co.uk hotmail.de hotmail.fr hotmail.it hotmail.es live.com live.co.uk live.de live.fr msn.com
  icloud.com me.com mac.com proton.me protonmail.com protonmail.ch pm.me tutanota.com tuta.com tuta.io mail.com
  email.com gmx.com gmx.net gmx.de gmx.at gmx.ch web.de freenet.de t-online.de mail.ru bk.ru inbox.ru list.ru
  internet.ru rambler.ru yandex.ru yandex.com yandex.by yandex.kz yandex.ua ya.ru ukr.net i.ua qq.com foxmail.com
  163.com 126.com yeah.net sina.com sohu.com naver.com daum.net hanmail.net rediffmail.com zoho.com zohomail.com
  fastmail.com fastmail.fm hey.com orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it alice.it
  tiscali.it seznam.cz centrum.cz wp.pl o2.pl onet.pl interia.pl abv.bg comcast.net verizon.net att.net sbcglobal.net
  bellsouth.net cox.net charter.net btinternet.com sky.com talktalk.net ziggo.nl kpnmail.nl telenet.be skynet.be
  bluewin.ch uol.com.br bol.com.br terra.com.br`.split(/\s+/),
);
