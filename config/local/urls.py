from django.urls import path

from config.local import mailbox

urlpatterns = [
    path("", mailbox.mailbox_list, name="mailbox_list"),
    path("<int:number>/", mailbox.mail_detail, name="mail_detail"),
    path("<int:number>/answer", mailbox.text_answer, name="text_answer"),
    path("<int:number>/html", mailbox.mail_html, name="mail_html"),
]
