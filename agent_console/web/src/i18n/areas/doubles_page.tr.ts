/** The words of records that may be one person, and of shared lines: Turkish. */

import type { DoublesWords } from '@/i18n/doubles-page';

const words: DoublesWords = {
  hint: 'Sistem buradaki kimseyi birleştirmez: bunu yalnızca bir kanal ikisinin de aynı numarayı taşıdığını doğrularsa kendiliğinden yapar. İkisine de bakın ve tek kişi olup olmadıklarını söyleyin. Listede okuyabildiğiniz müşteriler vardır.',
  none: 'Okuyabildiğiniz müşteriler arasında kimse bir başkasına benzemiyor ya da hepsi hakkında karar verilmiş.',
  looking: 'Müşteriler inceleniyor…',
  pair: '{one} ve {other}',
  kept: 'Bu ad ve kart kalsın',
  which: 'Hangi kart kalsın',
  merge: 'Tek kişi: birleştir',
  apart: 'Aynı kişi değil',
  merged: '{name} kartında birleştirildi.',
  kept_apart: 'Bir daha önerilmeyecekler.',
  undo: 'Geri al',
  undone: 'Geri alındı.',
  look: '{name} kartına bak',
  no_address: 'Adres yok',
  only_address: 'Bu, müşterinin tek adresi: ayrılacak bir şey yok.',
  more: 'Aramaya devam et',
  reason: {
    shared_number: 'İkisi de bu numara benim diyor',
    same_number: 'Aynı numara, başka yazılmış',
    same_name: 'Aynı ad',
    similar_name: 'Benzer ad',
    part_of_name: 'Adın bir parçası',
    same_organization: 'Aynı kuruluş',
    same_mail_name: 'E-postada {\'@\'} öncesi aynı',
  },
  split: {
    label: '{address} başka biri',
    ask: '{address} başka biri mi?',
    what: 'Adres, yalnızca ondan gelen görüşmelerle birlikte kendi kartını alır. Başka adreslerden de gelen görüşme burada, açıksa temsilcisinde kalır: oradan bu adrese artık bir şey gönderilemez. Talepler ve onaylar burada kalır. Geri almak hepsini yerine koyar.',
    yes: 'Ayır',
    done: '{address} artık kendi kartında.',
  },
  lines: {
    title: 'Ortak numaralar',
    hint: 'Kimseye ait olmayan numaralar: santraller, oteller, operatörün gizli numara yerine gönderdiği. Bunlarla kimse tanınmaz ve iki kişi asla tek kişi sayılmaz.',
    number: 'Numara',
    label: 'Ne olduğu',
    add: 'Ekle',
    remove: 'Kaldır',
    by: 'Ekleyen',
    at: 'Eklendi',
    do: 'İşlemler',
    none: 'Henüz yok. Birçok kişinin aradığı bir numara ekleyin.',
  },
};

export default words;
